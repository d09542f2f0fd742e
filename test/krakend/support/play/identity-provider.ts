import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { behave } from './behave.ts';
import type { Behaviour } from './expectations.ts';
import { StageServer } from './stage-server.ts';

/** The key of every identity provider of this process: making one takes long. */
const keyPair = generateKeyPair('RS256', { extractable: true });

/** Times of a token, which may be relative to now. */
const TIMES = ['exp', 'nbf', 'iat'];

/** The identity provider of a document, with its keys at `/jwks` and tokens for gateways at `/token`. */
export class IdentityProvider extends StageServer {
  behaviour: Behaviour = {};

  constructor() {
    super((req, res) => {
      const { pathname } = new URL(req.url ?? '', 'http://idp.test');
      req.resume();
      bodyOf(pathname).then(
        (body) => {
          const behaviour = body === undefined ? { status: 404 } : this.behaviour;
          behave(res, behaviour, {
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body ?? {}),
          });
        },
        (error) => res.destroy(error),
      );
    });
  }

  async sign(claims: Readonly<Record<string, unknown>>): Promise<string> {
    const { privateKey } = await keyPair;
    const now = Math.floor(Date.now() / 1000);
    const filled = Object.entries(claims).map(([name, value]) => {
      const isRelative = TIMES.includes(name) && /^[+-]/.test(String(value));
      return [name, isRelative ? now + Number(value) : value];
    });
    return new SignJWT(Object.fromEntries(filled))
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(privateKey);
  }
}

async function bodyOf(path: string): Promise<object | undefined> {
  if (path === '/token')
    return { access_token: 'token-of-the-gateway', token_type: 'Bearer', expires_in: 600 };
  if (path !== '/jwks') return undefined;
  const { publicKey } = await keyPair;
  return { keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256', use: 'sig', kid: 'k1' }] };
}
