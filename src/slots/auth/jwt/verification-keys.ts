import { createLocalJWKSet, type JWK, type LocalJWKSet } from 'jose';
import { plain } from '../../../lib/plain-error.ts';

const MOST_KEYS = 100;

/** Of how many keys a failure says why they were left out. */
const MOST_TOLD = 5;

/** What a key of each kind is made of (RFC 7518 sections 6.2.1 and 6.3.1, RFC 8037 section 2). */
const MADE_OF: ReadonlyMap<unknown, readonly ('n' | 'e' | 'crv' | 'x' | 'y')[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
]);

/** What a public key is made of and what it is for; nothing that leads elsewhere (`x5u`, `jku`). */
const PUBLIC_MEMBERS = ['kty', 'kid', 'alg', 'use', 'key_ops', 'crv', 'x', 'y', 'n', 'e'] as const;
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'] as const;

/** The keys of an issuer at one time. The same object as long as they are the same keys. */
export interface VerificationKeys {
  /** Finds the key for a token, as `jose` asks for it. */
  readonly find: LocalJWKSet;
  /** By which two sets are compared. */
  readonly text: string;
}

/**
 * Reads a JWK Set. Keys that are not public ones to verify with are left out; a set without any is
 * taken for a fault of the server, because nobody could come in by it.
 *
 * @see RFC 7517 section 5
 */
export function readVerificationKeys(document: unknown): VerificationKeys {
  const { keys: given } = Object(document) as { keys?: unknown };
  if (!Array.isArray(given)) throw plain(new Error('The key server answered what is no JWK Set'));
  if (given.length > MOST_KEYS) throw plain(new Error('The key server answered too many keys'));
  const dropped: string[] = [];
  const keys = given.flatMap((key: unknown, i) => {
    const problem = problemWith(key);
    if (problem === undefined) return [publicPart(key as JWK)];
    dropped.push(`keys[${i}] ${problem}`);
    return [];
  });
  if (keys.length === 0) {
    const why = dropped.length > 0 ? `: ${dropped.slice(0, MOST_TOLD).join(', ')}` : '';
    throw new Error(`The key server answered no public key${why}`);
  }
  return { find: createLocalJWKSet({ keys }), text: JSON.stringify(keys) };
}

/** Why a key is left out; nothing of its values is in it. */
function problemWith(key: unknown): string | undefined {
  if (typeof key !== 'object' || key === null) return 'is no object';
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
 * Some libraries write every member that a key could have, as `null` where it has none. A text is
 * given, even an empty one.
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
