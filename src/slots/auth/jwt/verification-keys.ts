import type { JWK, JWTVerifyGetKey } from 'jose';
import { plain } from '../../../lib/plain-error.ts';
import { isText } from '../../../lib/text.ts';

/** The most keys that one issuer may have. */
export const MOST_KEYS = 100;

/** For how many keys an error says why they were left out. */
const MOST_TOLD = 5;

/** What a key of each kind is made of (RFC 7518 sections 6.2.1 and 6.3.1, RFC 8037 section 2). */
const MADE_OF: ReadonlyMap<unknown, readonly ('n' | 'e' | 'crv' | 'x' | 'y')[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
]);

/**
 * The members that say what a public key is made of and what it is for. None of them leads elsewhere (`x5u`,
 * `jku`).
 */
const PUBLIC_MEMBERS = ['kty', 'kid', 'alg', 'use', 'key_ops', 'crv', 'x', 'y', 'n', 'e'] as const;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const;

/** The keys of an issuer at one time. The same object as long as they are the same keys. */
export interface VerificationKeys {
  /** Finds the key for a token among all of them, as `jose` asks for it. */
  readonly find: JWTVerifyGetKey;
  /** The same among those that name this issuer or none; undefined where all of them name others. */
  readonly findFor: (issuer: string) => JWTVerifyGetKey | undefined;
  /** The text by which two sets are compared. */
  readonly text: string;
  /** How many there are. */
  readonly count: number;
}

/**
 * Reads a JWK Set. Keys that are not public ones to verify with are left out. A set without any counts as a
 * fault of the server, because it would let no token in.
 *
 * @see RFC 7517 section 5
 */
export function readVerificationKeys(document: unknown): VerificationKeys {
  const given: unknown = isRecord(document) ? document.keys : undefined;
  if (!Array.isArray(given)) throw plain(new Error('The key server answered what is no JWK Set'));
  if (given.length > MOST_KEYS) throw plain(new Error('The key server answered too many keys'));
  const dropped: string[] = [];
  const keys = given.flatMap((key: unknown, i) => {
    const problem = problemWith(key);
    if (problem === undefined) return [key as JWK];
    dropped.push(`keys[${i}] ${problem}`);
    return [];
  });
  if (keys.length === 0) {
    const why = dropped.length > 0 ? `: ${dropped.slice(0, MOST_TOLD).join(', ')}` : '';
    throw new Error(`The key server answered no public key${why}`);
  }
  return verificationKeys(keys);
}

/** Makes a set from the public parts of keys that have no problem. */
export function verificationKeys(given: readonly JWK[]): VerificationKeys {
  const find = keySetOf(given);
  const text = JSON.stringify(given.map((key) => [publicPart(key), ownerOf(key)]));
  return { find, findFor: findersFor(given, find), text, count: given.length };
}

/**
 * In a set that many issuers share, such as Microsoft's for all tenants, a key may name the only issuer whose
 * tokens it is for. A key whose name has a placeholder is for all of them; a key whose name cannot be read is
 * for none.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-issuer
 */
function findersFor(given: readonly JWK[], find: JWTVerifyGetKey): VerificationKeys['findFor'] {
  const owners = new Set(given.map(ownerOf));
  if (owners.size === 1 && owners.has(undefined)) return () => find;
  const finders = new Map<string | undefined, JWTVerifyGetKey>();
  for (const owner of [undefined, ...owners]) {
    const keys = given.filter((key) => [undefined, owner].includes(ownerOf(key)));
    if (keys.length > 0) finders.set(owner, keySetOf(keys));
  }
  return (issuer) => finders.get(issuer) ?? finders.get(undefined);
}

/** A name that no issuer has. */
const NO_ISSUER = '';

function ownerOf(jwk: JWK): string | undefined {
  const { issuer } = jwk as { readonly issuer?: unknown };
  if (!isGiven(issuer)) return undefined;
  if (!isText(issuer)) return NO_ISSUER;
  return issuer.includes('{') ? undefined : issuer;
}

/** `jose` is loaded when a token is verified for the first time. */
function keySetOf(given: readonly JWK[]): JWTVerifyGetKey {
  const keys = given.map(publicPart);
  let find: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    find ??= import('../jose.ts').then(({ createLocalJWKSet }) => createLocalJWKSet({ keys }));
    return (await find)(header, token);
  };
}

/** Finds no key. */
export const NO_KEY: JWTVerifyGetKey = keySetOf([]);

/** Whether a value is an object with members. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Why a key is left out. The text quotes no value of the key. */
export function problemWith(key: unknown): string | undefined {
  if (!isRecord(key)) return 'is no object';
  const jwk = key as JWK;
  const parts = MADE_OF.get(jwk.kty);
  if (parts === undefined) return `has a kty other than ${[...MADE_OF.keys()].join(', ')}`;
  const secret = PRIVATE_MEMBERS.find((name) => isGiven(jwk[name]));
  if (secret !== undefined) return `holds the private member ${secret}`;
  const lacking = parts.find((name) => typeof jwk[name] !== 'string' || jwk[name] === '');
  if (lacking !== undefined) return `has no text in the member ${lacking}`;
  return isForgeable(jwk) ? 'has the exponent 1' : undefined;
}

/**
 * Some libraries write every member that a key could have, as `null` where it has none. An empty text counts
 * as given.
 */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** With the exponent 1 every message is its own signature. */
function isForgeable({ kty, e }: JWK): boolean {
  return kty === 'RSA' && /^0*[01]?$/.test(Buffer.from(String(e), 'base64url').toString('hex'));
}

function publicPart(jwk: JWK): JWK {
  const members = PUBLIC_MEMBERS.filter((name) => isGiven(jwk[name]));
  return Object.fromEntries(members.map((name) => [name, jwk[name]])) as JWK;
}
