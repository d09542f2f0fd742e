/** A claim by its name, or else by a path with dots. */
export function claimAt(
  claims: Readonly<Record<string, unknown>> | undefined,
  path: string,
): unknown {
  if (claims === undefined || Object.hasOwn(claims, path)) return claims?.[path];
  let value: unknown = claims;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
