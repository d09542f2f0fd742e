/** What a token says, as callbacks see it: without prototypes, and not to be changed. */
export type TokenClaims = Readonly<Record<string, unknown>>;

/**
 * Makes parsed claims safe to hand out. They are frozen, because requests with the same token share them.
 * They have no prototypes, so that a claim that is not there reads as `undefined` under any name.
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
