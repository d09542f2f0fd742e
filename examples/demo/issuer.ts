import express, { type Express } from 'express';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Stands for the identity provider of an organisation: it signs tokens and publishes its keys. */
export interface Issuer {
  /** Its keys, as any issuer publishes them. */
  readonly app: Express;
  /** A token for the demo's agent. */
  tokenFor(issuer: string, audience: string, scopes: readonly string[]): Promise<string>;
}

export async function createIssuer(): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'demo', alg: 'ES256' };
  return {
    app: express().get('/jwks', (_req, res) => void res.json({ keys: [key] })),
    tokenFor: (issuer, audience, scopes) =>
      new SignJWT({ scope: scopes.join(' ') })
        .setProtectedHeader({ alg: 'ES256', kid: 'demo', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setSubject('demo-agent')
        .setAudience(audience)
        .setExpirationTime('1m')
        .sign(privateKey),
  };
}
