import { createPublicKey } from 'node:crypto';
import type { JWK } from 'jose';

/** The kind of key that each algorithm is for (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864). */
const CURVES: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
  Ed25519: 'Ed25519',
};

/** Smaller ones verify nothing (RFC 7518 section 3.3). */
const SMALLEST_RSA_BITS = 2048;

/**
 * Why a key could not verify a token of any of the algorithms; undefined where it could. Nothing of its values is
 * in the text.
 */
export function whyUnfit(jwk: JWK, algorithms: readonly string[]): string | undefined {
  const { alg, use, key_ops } = jwk;
  // A member that is null is absent, see `verificationKeys`.
  if ((use ?? 'sig') !== 'sig') return "has a use other than 'sig'";
  const operations: unknown = key_ops ?? ['verify'];
  if (!Array.isArray(operations) || !operations.includes('verify')) {
    return "has key_ops without 'verify'";
  }
  if (jwk.kid !== undefined && jwk.kid !== null && typeof jwk.kid !== 'string') {
    return 'has a kid that is no text';
  }
  const fitting = algorithms.filter((name) => (alg ?? name) === name && isFor(name, jwk));
  if (fitting.length === 0) return 'is for none of the algorithms';
  return problemInside(jwk);
}

function isFor(algorithm: string, { kty, crv }: JWK): boolean {
  const curve = CURVES[algorithm];
  return curve === undefined ? kty === 'RSA' : curve === crv && kty !== 'RSA';
}

function problemInside({ kty, crv, x, y, n, e }: JWK): string | undefined {
  try {
    const members = JSON.parse(JSON.stringify({ kty, crv, x, y, n, e }));
    const key = createPublicKey({ key: members, format: 'jwk' });
    const { modulusLength = SMALLEST_RSA_BITS } = key.asymmetricKeyDetails ?? {};
    return modulusLength < SMALLEST_RSA_BITS
      ? `is shorter than ${SMALLEST_RSA_BITS} bits`
      : undefined;
  } catch {
    // What Node says may quote the key.
    return 'cannot be read';
  }
}
