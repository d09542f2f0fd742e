import { hash } from 'node:crypto';
import { BoundedMap } from '../../../lib/bounded-map.ts';
import type { Principal } from '../../../principal.ts';
import type { TokenClaims } from '../claims/token-claims.ts';
import type { VerificationKeys } from './verification-keys.ts';

const MOST_TOKENS = 10_000;

/** What is known of a token that was found good. */
export interface VerifiedToken {
  readonly principal: Principal;
  readonly claims: TokenClaims;
  /** `exp`, in seconds since the epoch. */
  readonly exp: number;
  /** The keys it was verified with; with other keys it may not be good. */
  readonly keys: VerificationKeys;
}

/** Remembers tokens by their hash, so that a dump of the memory shows no token. */
export class TokenMemory {
  readonly #tokens = new BoundedMap<string, VerifiedToken>(MOST_TOKENS);

  get(token: string): VerifiedToken | undefined {
    return this.#tokens.get(hashOf(token));
  }

  add(token: string, verified: VerifiedToken): void {
    this.#tokens.set(hashOf(token), verified);
  }

  forget(token: string): void {
    this.#tokens.delete(hashOf(token));
  }
}

function hashOf(token: string): string {
  return hash('sha256', token, 'base64');
}
