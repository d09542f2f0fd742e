import { createLocalJWKSet, type JWK, type LocalJWKSet } from 'jose';

const MOST_KEYS = 100;

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
  if (!Array.isArray(given)) throw new Error('The key server answered what is no JWK Set');
  if (given.length > MOST_KEYS) throw new Error('The key server answered too many keys');
  const keys = given.filter(isPublicKey).map(publicPart);
  if (keys.length === 0) throw new Error('The key server answered no public key');
  return { find: createLocalJWKSet({ keys }), text: JSON.stringify(keys) };
}

function isPublicKey(key: unknown): key is JWK {
  if (typeof key !== 'object' || key === null) return false;
  const jwk = key as JWK;
  if (jwk.kty !== 'RSA' && jwk.kty !== 'EC' && jwk.kty !== 'OKP') return false;
  return PRIVATE_MEMBERS.every((name) => !Object.hasOwn(jwk, name)) && !isForgeable(jwk);
}

/** With the exponent 1 every message is its own signature. */
function isForgeable({ kty, e }: JWK): boolean {
  return kty === 'RSA' && /^0*[01]?$/.test(Buffer.from(String(e), 'base64url').toString('hex'));
}

function publicPart(jwk: JWK): JWK {
  const members = PUBLIC_MEMBERS.filter((name) => jwk[name] !== undefined);
  return Object.fromEntries(members.map((name) => [name, jwk[name]])) as JWK;
}
