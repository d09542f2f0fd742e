/** What a token says, as callbacks see it: without prototypes, and not to be changed. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/**
 * Makes what was parsed safe to hand out: requests with the same token share it, and what is not
 * claimed must read as `undefined`, whatever its name.
 */
export function sealClaims(claims: object): TokenClaims {
  const open: object[] = [claims];
  // Not by recursion: a token can be nested deeper than the stack.
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (!Array.isArray(value)) Object.setPrototypeOf(value, null);
    for (const inner of Object.values(value)) {
      if (typeof inner === 'object' && inner !== null) open.push(inner);
    }
    Object.freeze(value);
  }
  return claims as TokenClaims;
}
