import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { DpopSession } from '@modelcontextprotocol/client';
import type { RequestHandler } from 'express';
import { createLocalJWKSet, EmbeddedJWK, jwtVerify } from 'jose';
import { upstreamAuth } from '../../src/index.ts';
import { OAuthUser } from '../support/oauth-user.ts';
import { startRecordingServer } from '../support/recording-server.ts';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from './support/authorization-server.ts';
import { OAUTH_CLIENTS } from './support/oauth-clients.ts';
import { startPublicGateway } from './support/public-gateway.ts';

const NONCE = 'nonce-of-the-server';

const METADATA = '/.well-known/oauth-protected-resource/mcp';

/** A user whose client proves with every request that the token is its own. */
class DpopUser extends OAuthUser {
  readonly #session = DpopSession.create();

  dpop(): Promise<DpopSession> {
    return this.#session;
  }
}

/** Takes requests with a token for `url` and a proof for `url` that has the nonce (RFC 9449). */
function requireProof(issuer: AuthorizationServer, here: URL, url: () => string): RequestHandler {
  const keys = createLocalJWKSet(issuer.keys);

  async function check(
    token = '',
    proof = '',
    method = '',
  ): Promise<'invalid_token' | 'use_dpop_nonce' | undefined> {
    const own = { issuer: issuer.issuer, audience: url(), typ: 'at+jwt' };
    const known = await jwtVerify(token, keys, own).catch(() => undefined);
    const proven = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' }).catch(() => undefined);
    if (known === undefined || proven === undefined) return 'invalid_token';
    const { htu, htm, ath, nonce } = proven.payload;
    const hash = createHash('sha256').update(token).digest('base64url');
    if (htu !== url() || htm !== method || ath !== hash) return 'invalid_token';
    return nonce === NONCE ? undefined : 'use_dpop_nonce';
  }

  return async (req, res, next) => {
    if (req.path === METADATA) {
      res.json({ resource: here.href, authorization_servers: [issuer.issuer] });
      return;
    }
    const token = /^DPoP (.+)$/.exec(req.get('authorization') ?? '')?.[1];
    const error = await check(token, req.get('dpop'), req.method);
    if (error === undefined) {
      next();
      return;
    }
    const metadata = new URL(METADATA, here);
    if (error === 'use_dpop_nonce') res.set('DPoP-Nonce', NONCE);
    res.set('WWW-Authenticate', `DPoP error="${error}", resource_metadata="${metadata}"`);
    res.status(401).json({ error });
  };
}

// The SDK v1 knows no such proofs.
const CLIENTS = OAUTH_CLIENTS.filter(({ name }) => name !== 'SDK v1');

test.each(CLIENTS)(
  'client: $name: proofs go upstream and nonces come back',
  async ({ connect }) => {
    const issuer = await startAuthorizationServer();
    let url = '';
    // A proof names the URL that the client calls, which is the gateway's: the server has to know it.
    const server = await startRecordingServer((here) => [requireProof(issuer, here, () => url)]);
    url = await startPublicGateway(() => ({ target: server.url, auth: upstreamAuth() }));
    issuer.resources.add(url);
    const user = new DpopUser();
    const client = await connect(url, user);
    expect(user.held?.token_type).toBe('DPoP');
    expect(client.wire.challenges).toEqual([
      `DPoP error="invalid_token", resource_metadata="${new URL(METADATA, url)}"`,
      expect.stringMatching(/^DPoP error="use_dpop_nonce"/),
    ]);
    await client.callTool({ name: 'read_file' });
    expect(server.ran).toEqual(['read_file']);
  },
);
