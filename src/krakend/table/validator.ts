import { duration } from '../fields/duration.ts';
import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { flag, listOf, oneOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';

/** The values of `auth/validator` that are read. */
export type ValidatorValues = Given<{
  alg: string;
  audience: readonly string[];
  auth_header_name: string;
  disable_jwk_security: boolean;
  issuer: string;
  jwk_local_path: string;
  jwk_url: string;
  key_identify_strategy: 'kid' | 'x5t' | 'x5t#S256' | 'kid_x5t';
  leeway: number;
  propagate_claims: readonly (readonly string[])[];
  propagate_claims_preserve_array: boolean;
  roles: readonly string[];
  roles_key: string;
  roles_key_is_nested: boolean;
  scopes: readonly string[];
  scopes_key: string;
  scopes_matcher: 'all' | 'any';
}>;

/** Which tokens are taken. */
export const VALIDATOR: Field<ValidatorValues> = object<ValidatorValues>(
  {
    alg: text,
    audience: listOf(text),
    auth_header_name: text,
    cache: ignored(),
    cache_duration: ignored(),
    cipher_suites: refused('the ciphers towards the key server are those of Node; take this out'),
    cookie_key: refused(
      'tokens are taken from Authorization alone: any page could make a browser send a cookie',
    ),
    cypher_key: refused('encrypted keys are not read; write jwk_url, or jwk_local_path'),
    disable_jwk_security: flag,
    failed_jwk_key_cooldown: ignored(),
    issuer: text,
    jwk_fingerprints: refused(
      'certificates are not pinned here; give Node the authority by NODE_EXTRA_CA_CERTS',
    ),
    jwk_local_ca: refused('give Node the authority of the key server by NODE_EXTRA_CA_CERTS'),
    jwk_local_path: text,
    jwk_url: text,
    key_identify_strategy: oneOf('kid', 'x5t', 'x5t#S256', 'kid_x5t'),
    leeway: duration,
    operation_debug: ignored(),
    propagate_claims: listOf(listOf(text)),
    propagate_claims_preserve_array: flag,
    roles: listOf(text),
    roles_key: text,
    roles_key_is_nested: flag,
    scopes: listOf(text),
    scopes_key: text,
    scopes_matcher: oneOf('all', 'any'),
    secret_url: refused('encrypted keys are not read; write jwk_url, or jwk_local_path'),
  },
  {
    iss: 'issuer is probably meant',
    aud: 'audience is probably meant',
    jwks_url: 'jwk_url is probably meant',
    'jwk-url': 'jwk_url is probably meant',
    algorithm: 'alg is probably meant',
  },
);
