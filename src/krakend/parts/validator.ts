import { readFileSync } from 'node:fs';
import { isFieldName } from '../../http/field.ts';
import { quoted } from '../../lib/quoted.ts';
import type { AuthenticationScheme } from '../../slots/auth/authenticator.ts';
import type { TokenAudience } from '../../slots/auth/claims/audience.ts';
import { claimAt } from '../../slots/auth/claims/claim-at.ts';
import type { ClaimedIdentity } from '../../slots/auth/claims/claimed-identity.ts';
import type { TokenClaims } from '../../slots/auth/claims/token-claims.ts';
import type { JwtOptions } from '../../slots/auth/jwt/jwt.ts';
import type { Notes } from '../notes.ts';
import type { KrakendReadOptions } from '../options.ts';
import type { ValidatorValues } from '../table/validator.ts';
import { written } from '../written.ts';
import { isStandard } from './header-plan.ts';
import { notedOr } from './noted.ts';
import { tokenScheme } from './token-scheme.ts';

const ALGORITHM = /^(RS|PS|ES)(256|384|512)$|^EdDSA$/;

/** The authenticator of `auth/validator`; undefined, with a note, where it cannot be made. */
export function validatorOf(
  notes: Notes,
  values: ValidatorValues,
  { isRevoked = false, allow = [] }: KrakendReadOptions,
): AuthenticationScheme | undefined {
  const { alg, issuer, audience, leeway = 1000 } = values;
  if (alg === undefined)
    notes.at('alg').refuse('KrakenD ends at the start without it; write RS256');
  else if (!ALGORITHM.test(alg)) {
    notes
      .at('alg')
      .refuse(
        /^HS/.test(alg)
          ? 'whoever can check such a token can make one; write an asymmetric algorithm like RS256'
          : `KrakenD has no ${alg}; write RS256, or another asymmetric algorithm`,
      );
  }
  const hasIssuer = issuer !== undefined || allow.includes('any-issuer');
  if (issuer === undefined) {
    if (hasIssuer) notes.at('issuer').warn('tokens of any issuer are taken');
    else notes.at('issuer').refuse(NO_ISSUER);
  }
  const isForAnybody = audience === undefined || audience.length === 0;
  const hasAudience = !isForAnybody || allow.includes('any-audience');
  if (isForAnybody) {
    if (hasAudience) notes.at('audience').warn('tokens are taken that are for anybody');
    else notes.at('audience').refuse(NO_AUDIENCE);
  }
  checkPlaces(notes, values);
  const keys = keysOf(notes, values);
  const rules = claimRules(notes, values);
  if (alg === undefined || !ALGORITHM.test(alg) || keys === undefined) return undefined;
  if (!hasIssuer || !hasAudience) return undefined;
  const { auth_header_name: header = 'Authorization' } = values;
  const isUsual = header.toLowerCase() === 'authorization';
  notes.warn(
    `a token is taken from ${isUsual ? '"Authorization: Bearer"' : header} alone and needs exp and sub; KrakenD also takes it ${isUsual ? 'without a scheme, ' : ''}from the cookie access_token, and without these claims`,
  );
  return notedOr(notes, () =>
    tokenScheme(
      {
        ...(issuer !== undefined && { issuer }),
        ...(!isForAnybody && { audience: audienceOf(audience) }),
        algorithms: [alg],
        clockTolerance: Math.max(leeway, 1000),
        ...(isRevoked !== false && { isRevoked }),
        ...keys,
        ...rules,
      },
      allow,
      header,
    ),
  );
}

const NO_ISSUER =
  "without it KrakenD takes tokens of any issuer; write the issuer as `iss` has it, or allow: ['any-issuer']";
const NO_AUDIENCE =
  "without it KrakenD takes tokens that are for anybody; write whom they are for as `aud` has it, or allow: ['any-audience']";

/** The audience that a token needs. As in KrakenD, it needs all of them. */
function audienceOf(audience: readonly string[]): TokenAudience {
  const [first = ''] = audience;
  return audience.length === 1 ? first : { allOf: audience };
}

function checkPlaces(
  notes: Notes,
  {
    auth_header_name: header = 'Authorization',
    key_identify_strategy: strategy = 'kid',
  }: ValidatorValues,
): void {
  if (!isFieldName(header) || isStandard(header) || /^(cookie|host|proxy-.*)$/i.test(header)) {
    notes.at('auth_header_name').refuse('write a header that holds nothing but the token');
  }
  if (strategy !== 'kid') {
    notes.at('key_identify_strategy').refuse('keys are found by their kid; write kid');
  }
}

type Keys = Pick<JwtOptions, 'jwksUri' | 'keys' | 'unsafeAllowHttp'>;

function keysOf(
  notes: Notes,
  { jwk_url: url, jwk_local_path: file, disable_jwk_security: isUnsafe = false }: ValidatorValues,
): Keys | undefined {
  if (url !== undefined && file !== undefined) {
    notes.at('jwk_local_path').refuse('write jwk_url or this, not both');
    return undefined;
  }
  if (file !== undefined) return keysIn(notes.at('jwk_local_path'), file, isUnsafe);
  if (url === undefined) {
    notes.at('jwk_url').refuse('write where the keys of the issuer are');
    return undefined;
  }
  if (!/^http:/i.test(url)) {
    if (isUnsafe) {
      notes
        .at('disable_jwk_security')
        .warn(
          'certificates of the key server are checked all the same; with it KrakenD trusts any',
        );
    }
    return { jwksUri: url };
  }
  if (isUnsafe) {
    notes
      .at('jwk_url')
      .warn('keys come over http: whoever can change what is on the way can let anybody in');
    return { jwksUri: url, unsafeAllowHttp: true };
  }
  notes
    .at('jwk_url')
    .refuse(
      'KrakenD answers every call with 401 for keys over http; write https, or disable_jwk_security',
    );
  return undefined;
}

function keysIn(notes: Notes, file: string, isUnsafe: boolean): Keys | undefined {
  if (!isUnsafe) {
    notes.refuse(
      'KrakenD answers every call with 401 unless disable_jwk_security is true; write that',
    );
    return undefined;
  }
  try {
    return { keys: JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    notes.refuse('this file cannot be read as a JWK Set');
    return undefined;
  }
}

/** Roles and scopes, wherever they are in a token. */
function claimRules(
  notes: Notes,
  values: ValidatorValues,
): Pick<JwtOptions, 'roles' | 'scopes' | 'claims'> {
  const {
    roles = [],
    roles_key: rolesKey = 'roles',
    roles_key_is_nested: isNested = false,
  } = values;
  const { scopes = [], scopes_key: scopesKey, scopes_matcher: matcher = 'any' } = values;
  if (scopes.length > 0 && scopesKey === undefined) {
    notes
      .at('scopes_key')
      .refuse('without it KrakenD checks no scope; write scope, or where they are');
  }
  if (scopes.length === 0 && scopesKey !== undefined) {
    notes.at('scopes').refuse('without it KrakenD checks no scope; write which are needed');
  }
  if (roles.length === 0 && values.roles_key !== undefined) {
    notes.at('roles').refuse('without it KrakenD checks no role; write which may come in');
  }
  const find = (claims: TokenClaims): ClaimedIdentity => ({
    ...(roles.length > 0 && {
      roles: listIn(isNested ? claimAt(claims, rolesKey) : claims[rolesKey]),
    }),
    ...(scopes.length > 0 && { scopes: listIn(claimAt(claims, scopesKey ?? 'scope')) }),
  });
  const text = [
    ...(roles.length > 0
      ? [`roles: textsIn(${isNested ? at(rolesKey) : `claims[${quoted(rolesKey)}]`})`]
      : []),
    ...(scopes.length > 0 ? [`scopes: textsIn(${at(scopesKey ?? 'scope')})`] : []),
  ].join(', ');
  written(find, { text: `(claims) => ({ ${text} })`, helpers: ['claimAt', 'textsIn'] });
  const isAll = matcher === 'all' || scopes.length === 1;
  return {
    ...(roles.length > 0 && { roles }),
    ...(scopes.length > 0 && isAll && { scopes }),
    ...((roles.length > 0 || scopes.length > 0) && { claims: find }),
  };
}

function at(path: string): string {
  return `claimAt(claims, ${quoted(path)})`;
}

/**
 * The names in a claim, which is a list, or a text with blanks between the names. Any other claim has none.
 */
function listIn(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((text) => text !== '');
  return Array.isArray(claim) ? claim.filter((item) => typeof item === 'string') : [];
}
