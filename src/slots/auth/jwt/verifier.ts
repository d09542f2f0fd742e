import { hash } from 'node:crypto';
import type { CryptoKey, JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { goOn, type NowOrLater } from '../../../lib/now-or-later.ts';
import { isText } from '../../../lib/text.ts';
import type { AudienceRule } from '../claims/audience.ts';
import type { ClaimsFunction } from '../claims/claimed-identity.ts';
import { principalFrom } from '../claims/principal-from.ts';
import { sealClaims } from '../claims/token-claims.ts';
import { PROBLEMS, type TokenProblem } from '../claims/token-problem.ts';
import type { Issuer, Issuers } from './issuers.ts';
import { KeysUnavailable } from './key-set.ts';
import { isAboutClaims, type JoseFailure, problemIn } from './problem.ts';
import { TokenMemory, type VerifiedToken } from './token-memory.ts';
import type { VerificationKeys } from './verification-keys.ts';

/** What a token has to be. */
export interface TokenRules {
  /** Whether a token is for this gateway. */
  readonly audience: AudienceRule;
  readonly algorithms: readonly string[];
  readonly clockToleranceMs: number;
  /** Finds subject, scopes and roles in other claims than the usual ones. */
  readonly claims: ClaimsFunction | undefined;
}

const LONGEST_TOKEN = 16 * 1024;

/** Three parts: five are an encrypted token, which is not even decoded (CVE-2024-28176). */
const COMPACT_JWS = /^[\w-]+\.[\w-]*\.[\w-]+$/;

/**
 * Tokens of other types are not for a resource server: ID-JAGs, logout tokens, DPoP proofs (RFC 8725, 3.11).
 */
const ACCESS_TOKEN = /^(jwt|(application\/)?at\+jwt)$/i;

/** The last second that a `Date` can be. */
const END_OF_TIME_S = 8.64e12;

/**
 * Finds out whether tokens are good, and remembers those that are.
 *
 * @see RFC 7519 section 7.2; RFC 8725; RFC 9068 section 4
 */
export class TokenVerifier {
  readonly #rules: TokenRules;
  readonly #issuers: Issuers;
  /** Milliseconds since the epoch. */
  readonly #now: () => number;
  readonly #memory = new TokenMemory();

  constructor(rules: TokenRules, issuers: Issuers, now: () => number) {
    this.#rules = rules;
    this.#issuers = issuers;
    this.#now = now;
  }

  /**
   * @throws {KeysUnavailable} where there are no keys to verify with.
   * @throws what a function of the app throws.
   */
  verify(token: string): NowOrLater<VerifiedToken | TokenProblem> {
    const known = this.#memory.get(token);
    if (known === undefined) return this.#verifyNew(token);
    // The function `tenants` may not take the token's tenant any more.
    return goOn(this.#issuers.of(known.claims)?.keys.current(), (keys) => {
      if (known.keys === keys && this.#now() < this.endOf(known)) return known;
      this.#memory.forget(token);
      return this.#verifyNew(token);
    });
  }

  /**
   * The same, as far as it can be told without fetching keys; nothing is remembered.
   *
   * @throws {KeysUnavailable} where no keys are held.
   * @throws what a function of the app throws.
   */
  async peek(token: string): Promise<VerifiedToken | TokenProblem> {
    const issuer = await this.#issuerOf(token, true);
    if (typeof issuer === 'string') return issuer;
    const { held } = issuer.keys;
    if (held === undefined) throw new KeysUnavailable(undefined);
    return this.#verifyWith(issuer, held, token);
  }

  async #verifyNew(token: string): Promise<VerifiedToken | TokenProblem> {
    // These checks come before anything is fetched for the token.
    const issuer = await this.#issuerOf(token);
    if (typeof issuer === 'string') return issuer;

    const keys = await issuer.keys.current();
    let verdict = await this.#verifyWith(issuer, keys, token);
    const origin = verdict === PROBLEMS.wrongSignature ? await this.#originOf(token) : undefined;
    if (origin !== undefined) {
      const renewed = await issuer.keys.renewed(keys, origin);
      if (renewed !== keys) verdict = await this.#verifyWith(issuer, renewed, token);
    }
    if (typeof verdict !== 'string') this.#memory.add(token, verdict);
    return verdict;
  }

  /** When a token is no longer good, in milliseconds since the epoch. */
  endOf({ exp }: VerifiedToken): number {
    return exp * 1000 + this.#rules.clockToleranceMs;
  }

  /**
   * The issuer that a token names, or what is wrong with the token as far as that can be told without a key.
   */
  async #issuerOf(token: string, isPeek: boolean = false): Promise<Issuer | TokenProblem> {
    if (token.length > LONGEST_TOKEN) return PROBLEMS.tooLong;
    if (!COMPACT_JWS.test(token)) return PROBLEMS.notAJwt;
    const { decodeJwt, decodeProtectedHeader } = await import('../jose.ts');
    const header = decoded(() => decodeProtectedHeader(token));
    if (header === undefined) return PROBLEMS.notAJwt;
    if (!this.#rules.algorithms.includes(header.alg as string)) return PROBLEMS.wrongAlgorithm;
    if (header.crit !== undefined) return PROBLEMS.critical;
    if (header.typ !== undefined && !isAccessToken(header.typ)) return PROBLEMS.wrongType;
    const claims = decoded(() => decodeJwt(token));
    const issuer = this.#issuers.of(claims, isPeek);
    if (issuer !== undefined) return issuer;
    return claims === undefined ? PROBLEMS.noClaims : PROBLEMS.wrongIssuer;
  }

  /**
   * A hash of what a token says of its key and subject; undefined where no key would make it good, so that
   * the key server is not asked for it.
   */
  async #originOf(token: string): Promise<string | undefined> {
    const { decodeJwt, decodeProtectedHeader } = await import('../jose.ts');
    const { audience, clockToleranceMs, claims: ask } = this.#rules;
    const claims = decoded(() => decodeJwt(token)) ?? {};
    const { exp, nbf, sub } = claims;
    const now = this.#now() / 1000;
    const tolerance = clockToleranceMs / 1000;
    const isValid = Number(exp) > now - tolerance && !(Number(nbf) > now + tolerance + 1);
    if (!audience(claims) || !isValid || (ask === undefined && !isText(sub))) return undefined;
    // The function `claims` is not asked about a token that is not verified, so `sub` alone counts here. Anything
    // else than a text names nothing, and may be nested too deeply to be written.
    const names = [decodeProtectedHeader(token).kid, sub].map((name) => (isText(name) ? name : ''));
    return hash('sha256', JSON.stringify(names), 'base64');
  }

  async #verifyWith(
    issuer: Issuer,
    keys: VerificationKeys,
    token: string,
  ): Promise<VerifiedToken | TokenProblem> {
    const { audience, algorithms, clockToleranceMs, claims: ask } = this.#rules;
    const options: JWTVerifyOptions = {
      issuer: issuer.name,
      algorithms: [...algorithms],
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceMs / 1000,
      currentDate: new Date(this.#now()),
    };
    let claims: JWTPayload;
    try {
      claims = await verifyByAny(issuer.keysIn(keys), token, options);
    } catch (error) {
      return problemIn(error as JoseFailure);
    }
    const { exp = Number.NaN } = claims;
    const sealed = sealClaims(claims);
    if (!audience(sealed)) return PROBLEMS.wrongAudience;
    if (!(exp <= END_OF_TIME_S)) return PROBLEMS.noExpiry;
    const principal = principalFrom(sealed, ask);
    if (principal === undefined) return PROBLEMS.noSubject;
    return { principal, claims: sealed, exp, keys };
  }
}

/** `typ` can be anything in JSON. */
function isAccessToken(typ: unknown): boolean {
  return typeof typ === 'string' && ACCESS_TOKEN.test(typ);
}

/** Where the token has no `kid`, or several keys have it, each of these keys may be the right one. */
async function verifyByAny(
  find: JWTVerifyGetKey,
  token: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  const { jwtVerify } = await import('../jose.ts');
  try {
    return (await jwtVerify(token, find, options)).payload;
  } catch (error) {
    const { code } = error as JoseFailure;
    if (code !== 'ERR_JWKS_MULTIPLE_MATCHING_KEYS') throw error;
    for await (const key of error as AsyncIterable<CryptoKey>) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (failure) {
        if (isAboutClaims(failure as JoseFailure)) throw failure;
      }
    }
    throw error;
  }
}

function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
