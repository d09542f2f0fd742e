import type { AnswerStage } from '../answer-stage.ts';
import { contextOf } from '../context.ts';
import type { HeaderEdits } from '../header-edits.ts';
import { plain } from '../lib/plain-error.ts';

/**
 * The fields in which an upstream speaks of credentials (RFC 9110 section 11, RFC 8053, RFC 9449 section 8).
 */
const OF_CREDENTIALS: ReadonlySet<string> = new Set([
  'authentication-control',
  'authentication-info',
  'dpop-nonce',
  'optional-www-authenticate',
  'proxy-authenticate',
  'proxy-authentication-info',
  'www-authenticate',
]);

/** Whether a field of an answer is about the credentials of the request. Takes a folded name. */
export function isOfCredentials(name: string): boolean {
  return OF_CREDENTIALS.has(name);
}

/**
 * Whether the upstream saw credentials of the gateway, or none, in place of the client's. If the client's own
 * go upstream, the answer is no, even if the gateway sets others besides.
 */
export function hasOwnCredentials(edits: readonly HeaderEdits[]): boolean {
  let hasOwn = false;
  for (const { credentials } of edits) {
    if (credentials === 'relayed') return false;
    if (credentials === 'own') hasOwn = true;
  }
  return hasOwn;
}

/**
 * Hides from the client what the upstream says of the gateway's own credentials. The client's own are good,
 * and a client that believed such a challenge would log in at the upstream's issuer. For its clients the
 * gateway is the origin server (RFC 9110 section 3.7), so that the upstream may not challenge them (section
 * 11.6.1).
 *
 * The stage stands next to the upstream, because a refusal of the gateway's credentials counts before
 * anything else that is wrong with the answer.
 */
export const OWN_CREDENTIALS: AnswerStage = {
  judge(req, { status }) {
    const isRefused = status === 401 || status === 407;
    if (!isRefused || !hasOwnCredentials(contextOf(req).headerEdits)) return undefined;
    const cause = plain(
      new Error(`The upstream answered ${status} to the gateway's own credentials`),
    );
    return { reason: 'upstream_unauthorized', cause };
  },
  head(req, head) {
    if (!hasOwnCredentials(contextOf(req).headerEdits)) return;
    for (const field of head.fields) if (isOfCredentials(field.folded)) field.ends = true;
  },
};
