import { checkConfig } from '../../options/config-problems.ts';
import type { AuthenticationScheme } from '../../slots/auth/authenticator.ts';
import { inHeader } from '../../slots/auth/bearer-token.ts';
import { type JwtOptions, readJwtOptions } from '../../slots/auth/jwt/options.ts';
import { jwtScheme } from '../../slots/auth/jwt/scheme.ts';
import type { KrakendAllowance } from '../options.ts';
import { written } from '../written.ts';

/** The options of `jwt`. `issuer` and `audience` may be missing where that is allowed by name. */
export type TokenSchemeOptions = Omit<JwtOptions, 'issuer' | 'audience'> &
  Partial<Pick<JwtOptions, 'issuer' | 'audience'>>;

/** Stands for an option that is missing, so that the others are read. */
const UNUSED = 'unused';

/**
 * Takes tokens as `jwt` does, but the header may be another one. Where that is allowed by name, it takes
 * tokens of any issuer, or for any audience.
 */
export function tokenScheme(
  options: TokenSchemeOptions,
  allow: readonly KrakendAllowance[],
  header: string,
): AuthenticationScheme {
  const settings = checkConfig('jwt', (problems) =>
    readJwtOptions(problems, { issuer: UNUSED, audience: UNUSED, ...options }),
  );
  const isAnyIssuer = options.issuer === undefined && allow.includes('any-issuer');
  const isAnyAudience = options.audience === undefined && allow.includes('any-audience');
  const own = {
    ...settings,
    ...(isAnyIssuer && { issuer: { isAny: true } as const }),
    ...(isAnyAudience && { audience: () => true }),
  };
  if (header.toLowerCase() !== 'authorization') return jwtScheme(own, undefined, inHeader(header));
  const scheme = jwtScheme(own);
  // `jwt` of this package has neither other headers nor such weakenings, so no call of it can be printed.
  if (isAnyIssuer || isAnyAudience) return scheme;
  return written(scheme, { call: 'jwt', from: 'express-mcp-gateway', args: [options] });
}
