import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { serve } from '../servers.ts';

/** A key that signs tokens, and its public part, which the issuer publishes. */
export interface SigningKey {
  readonly alg: string;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
  readonly jwk: JWK;
}

export async function signingKey(kid: string | undefined, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg, use: 'sig', ...(kid && { kid }) };
  return { alg, privateKey, jwk };
}

export type Answer = (req: IncomingMessage, res: ServerResponse) => void;

/** Answers a JSON document. */
export function json(document: unknown): Answer {
  return (_req, res) => {
    res.setHeader('Content-Type', 'application/json').end(JSON.stringify(document));
  };
}

/** A key server on this machine, which is also the issuer. */
export interface KeyServer {
  /** Its URL, without a slash at the end. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** The paths of the requests, in order. */
  readonly requests: string[];
  /** How it answers from now on. */
  answer: Answer;
  /** Publishes these keys from now on. */
  publish(...keys: readonly SigningKey[]): void;
  /** From now on it closes every connection, like a server that is down. */
  goDown(): void;
}

export async function keyServer(...keys: readonly SigningKey[]): Promise<KeyServer> {
  const { port } = await serve((req, res) => {
    own.requests.push(String(req.url));
    own.answer(req, res);
  });
  const issuer = `http://127.0.0.1:${port}`;
  const own: KeyServer = {
    issuer,
    jwksUri: `${issuer}/keys`,
    requests: [],
    answer: json({ keys: keys.map(({ jwk }) => jwk) }),
    publish(...published) {
      own.answer = json({ keys: published.map(({ jwk }) => jwk) });
    },
    goDown() {
      own.answer = (req) => req.socket.destroy();
    },
  };
  return own;
}

/** Signs claims; claims that are `undefined` are left out. */
export function sign(
  { alg, jwk, privateKey }: SigningKey,
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<string> {
  const kid = jwk.kid === undefined ? {} : { kid: jwk.kid };
  return new SignJWT(claims).setProtectedHeader({ alg, ...kid, ...header }).sign(privateKey);
}
