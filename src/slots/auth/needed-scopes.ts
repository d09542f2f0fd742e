import type { Principal } from '../../principal.ts';
import type { Identification } from './authenticator.ts';

/** Whether a caller has all the scopes that every request needs. */
export function hasScopes({ scopes = [] }: Principal, needed: readonly string[]): boolean {
  return needed.every((scope) => scopes.includes(scope));
}

/** The result for a caller that lacks some of them: the client is asked for all of them together. */
export function withoutScopes(
  scopes: readonly string[],
): Extract<Identification, { outcome: 'forbidden' }> {
  return { outcome: 'forbidden', scopes };
}
