import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Who signs the tokens of the chain, and a token that is good for a day. */
export interface Issuer {
  readonly url: string;
  readonly audience: string;
  readonly jwksUri: string;
  readonly token: string;
  /** Of the web page that the requests say they come from. */
  readonly origin: string;
}

/** Keys are served by this process: they are fetched once. */
export async function startIssuer(): Promise<Issuer & { stop(): void }> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' };
  const server = createServer((_, res) => {
    res.setHeader('content-type', 'application/json');
    res.end(JSON.stringify({ keys: [key] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const jwksUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  const url = 'https://idp.example';
  const audience = 'https://gateway.example/mcp';
  const token = await new SignJWT({ scope: 'mcp', dept: 'engineering' })
    .setProtectedHeader({ alg: 'ES256', kid: 'bench', typ: 'JWT' })
    .setIssuer(url)
    .setAudience(audience)
    .setSubject('ada')
    .setIssuedAt()
    .setExpirationTime('24h')
    .sign(privateKey);
  return {
    url,
    audience,
    jwksUri,
    token,
    origin: 'https://app.example',
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
