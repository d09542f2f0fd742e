import type { JSONWebKeySet } from 'jose';
import { secureUrl } from '../../../http/secure-url.ts';
import type { ConfigProblems } from '../../../options/config-problems.ts';
import { readGivenKeys } from './given-keys.ts';
import { TenantUrl } from './tenant-url.ts';
import type { VerificationKeys } from './verification-keys.ts';

/** Where the keys of the issuer come from. */
export interface JwtKeysOptions {
  /**
   * Where the issuer's keys are. With `issuer.pattern` it may hold `{tenant}` too. Default: where its metadata says
   * (RFC 8414, OpenID Connect).
   */
  readonly jwksUri?: string | URL;
  /**
   * The keys themselves, a JWK Set (RFC 7517 section 5) with public keys only; then nothing is ever fetched. A token
   * that names a key is verified with that key; where none has its name, with those that have no `kid`. Default:
   * they are fetched.
   */
  readonly keys?: JSONWebKeySet;
  /**
   * Whether metadata and keys may be fetched over `http` from other machines than this one. An attacker who can
   * change what is on the way can then let any client in: for networks of one's own only. Default: `false`.
   */
  readonly unsafeAllowHttp?: boolean;
}

/** The options, read. */
export interface KeysSettings {
  readonly given: VerificationKeys | undefined;
  /** Undefined: the URL that the issuer's metadata names. */
  readonly url: URL | TenantUrl | undefined;
  readonly allowsHttp: boolean;
}

/** What the URL of something that is fetched has to be. */
export const SECURE_URL =
  'an https URL without credentials (http for this machine only, or with unsafeAllowHttp: true)';

/** Reads where keys come from. `problems` stands at the options as a whole. */
export function readKeysOptions(
  problems: ConfigProblems,
  options: JwtKeysOptions & { readonly issuer?: unknown },
  algorithms: readonly string[],
): KeysSettings {
  const { issuer, jwksUri, keys, unsafeAllowHttp = false } = options;
  problems.at('unsafeAllowHttp').flag(unsafeAllowHttp);
  const allowsHttp = unsafeAllowHttp === true;
  if (keys !== undefined && jwksUri !== undefined) {
    problems.at('keys').addSecret(keys, 'either keys or jwksUri', 'conflict');
  }
  const hasTenants = typeof issuer === 'object' && issuer !== null;
  return {
    given: keys === undefined ? undefined : readGivenKeys(problems.at('keys'), keys, algorithms),
    url:
      jwksUri === undefined
        ? undefined
        : readUrl(problems.at('jwksUri'), jwksUri, allowsHttp, hasTenants),
    allowsHttp,
  };
}

function readUrl(
  problems: ConfigProblems,
  value: unknown,
  allowsHttp: boolean,
  hasTenants: boolean,
): URL | TenantUrl | undefined {
  // In a URL object, braces are encoded.
  const text = value instanceof URL ? value.href : value;
  const hasName = typeof text === 'string' && /[{}]|%7[bd]/i.test(text);
  if (hasTenants && hasName) {
    const url = TenantUrl.read(value);
    if (url !== undefined && secureUrl(url.of('a'), allowsHttp) !== undefined) return url;
    problems.addSecret(value, `${SECURE_URL}, as a text with {tenant} once in its path`);
    return undefined;
  }
  const url = hasName ? undefined : secureUrl(value, allowsHttp);
  // A URL may hold a secret.
  if (url === undefined) {
    problems.addSecret(value, hasName ? 'a URL without braces: issuer has no pattern' : SECURE_URL);
  }
  return url;
}
