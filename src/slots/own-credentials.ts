import type { AnswerStage } from '../answer-stage.ts';
import { contextOf } from '../context.ts';
import type { HeaderEdits } from '../header-edits.ts';
import { plain } from '../lib/plain-error.ts';

/** What an upstream says of credentials (RFC 9110 section 11, RFC 8053, RFC 9449 section 8). */
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
 * Whether the upstream saw credentials of the gateway, or none, in place of the client's. Where the
 * client's own go upstream, it has, whatever is set besides.
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
 * Keeps from the client what the upstream says of credentials that are the gateway's. It is no news for
 * the client, whose own are good: a client that believed it would log in at the upstream's issuer. For
 * its clients the gateway is the origin server (RFC 9110 section 3.7), so that the challenge is not the
 * upstream's to make (section 11.6.1).
 *
 * The stage stands next to the upstream: a refusal of the gateway's credentials is one whatever else is
 * wrong with the answer.
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
