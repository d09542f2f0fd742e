import type { JwtOptions } from '../../../src/index.ts';
import { jwt } from '../../../src/index.ts';
import { AUDIENCE } from './gate.ts';
import { keyServer, type SigningKey, sign, signingKey } from './issuer.ts';

/** An issuer, and the authenticator that takes its tokens. */
export interface Issuer {
  readonly issuer: string;
  readonly auth: ReturnType<typeof jwt>;
  /** An authenticator with further options. */
  authWith(options: Partial<JwtOptions>): ReturnType<typeof jwt>;
  /** A token that is valid for a minute, except for the claims that are given here. */
  token(claims?: Record<string, unknown>): Promise<string>;
  /** The same token as an `Authorization` header. */
  bearer(claims?: Record<string, unknown>): Promise<{ Authorization: string }>;
}

export const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

let shared: Promise<SigningKey> | undefined;

/** An issuer for the current test. */
export async function startIssuer(): Promise<Issuer> {
  shared ??= signingKey('key-1');
  const key = await shared;
  const { issuer, jwksUri } = await keyServer(key);
  const authWith = (options: Partial<JwtOptions>) =>
    jwt({ issuer, jwksUri, audience: AUDIENCE, ...options });
  const token = (claims: Record<string, unknown> = {}) =>
    sign(key, { iss: issuer, aud: AUDIENCE, sub: 'alice', exp: nowInSeconds() + 60, ...claims });
  return {
    issuer,
    auth: authWith({}),
    authWith,
    token,
    bearer: async (claims) => ({ Authorization: `Bearer ${await token(claims)}` }),
  };
}
