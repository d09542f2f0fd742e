import type { HeaderEdits } from '../../context.ts';

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
 * Whether the upstream saw credentials of the gateway, or none, in place of the client's. What it says
 * of credentials is no news for the client then, whose own are good: a client that believed it would
 * log in at the upstream's issuer. For its clients the gateway is the origin server (RFC 9110 section
 * 3.7), so that the challenge is not the upstream's to make (section 11.6.1).
 */
export function hasOwnCredentials(edits: readonly HeaderEdits[]): boolean {
  for (const { ownsCredentials } of edits) if (ownsCredentials === true) return true;
  return false;
}

/** Whether a status is a refusal of credentials. */
export function refusesCredentials(status: number): boolean {
  return status === 401 || status === 407;
}
