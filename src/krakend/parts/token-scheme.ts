import { checkConfig } from '../../options/config-problems.ts';
import type { AuthenticationScheme } from '../../slots/auth/authenticator.ts';
import { inHeader } from '../../slots/auth/bearer-token.ts';
import { type JwtOptions, readJwtOptions } from '../../slots/auth/jwt/options.ts';
import { jwtScheme } from '../../slots/auth/jwt/scheme.ts';
import type { KrakendAllowance } from '../options.ts';
import { written } from '../written.ts';

/** The options of `jwt`, of which two may be missing where that is allowed by name. */
export type TokenSchemeOptions = Omit<JwtOptions, 'issuer' | 'audience'> &
  Partial<Pick<JwtOptions, 'issuer' | 'audience'>>;

/** What stands for an option that is missing, so that the others are read. */
const UNUSED = 'unused';

/** Takes tokens as `jwt` does, in a header that may be another one, and those of any issuer, or for any audience, where that is allowed. */
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
  // The function of the package has neither other headers nor such weakenings.
  if (isAnyIssuer || isAnyAudience) return scheme;
  return written(scheme, { call: 'jwt', from: 'express-mcp-gateway', args: [options] });
}
