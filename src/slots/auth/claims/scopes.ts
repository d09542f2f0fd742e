import { isText } from '../../../lib/text.ts';
import type { TokenClaims } from './token-claims.ts';

/**
 * `scope` as RFC 8693 section 4.2 has it, or else `scp`. Issuers write either as a text or as a list,
 * and some put several scopes into one text of a list.
 */
export function scopesIn({ scope, scp }: TokenClaims): string[] {
  const scopes = scopesOf(scope);
  return scopes.length > 0 ? scopes : scopesOf(scp);
}

/** Anything but a text or a list of texts holds no scope. */
function scopesOf(claim: unknown): string[] {
  return separated((Array.isArray(claim) ? claim : [claim]).filter(isText));
}

/** Each text may hold several scopes, with blanks between them. */
export function separated(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => text.split(' ')).filter(isText))];
}
