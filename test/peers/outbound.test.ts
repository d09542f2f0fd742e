import { describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { clientCredentials } from '../../src/upstream-tokens/client-credentials.ts';
import { tokenExchange } from '../../src/upstream-tokens/token-exchange.ts';
import { CLIENT, expectUnavailable, gatewayWith } from '../support/token-gateway.ts';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from './support/authorization-server.ts';
import { logIn } from './support/log-in.ts';
import { registerTokenExchange, TOKEN_EXCHANGE } from './support/token-exchange-grant.ts';

/** What callers are for, and what the upstream is. */
const GATEWAY = 'https://gateway.example/mcp';
const UPSTREAM = 'https://upstream.example/mcp';

/** A server at which the gateway is a client with a secret that every encoding changes. */
async function serverWith(
  grant: string,
  authMethod: 'client_secret_basic' | 'client_secret_post' = 'client_secret_basic',
): Promise<AuthorizationServer> {
  const server = await startAuthorizationServer({
    alg: 'ES256',
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        grant_types: [grant],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: authMethod,
      },
    ],
  });
  server.resources.add(UPSTREAM).add(GATEWAY);
  return server;
}

/** What a token says to the upstream, which checks it. */
async function claimsOf(header: string | undefined, { issuer, keys }: AuthorizationServer) {
  const token = header?.replace(/^Bearer /, '') ?? '';
  const checks = { issuer, audience: UPSTREAM, typ: 'at+jwt' };
  return (await jwtVerify(token, createLocalJWKSet(keys), checks)).payload;
}

const tokenRequests = ({ log }: AuthorizationServer) =>
  log.filter((line) => line.startsWith('POST /token'));

describe('clientCredentials', () => {
  test.each([['client_secret_basic'], ['client_secret_post']] as const)(
    'gets a token for the upstream, by %s, once',
    async (authMethod) => {
      const server = await serverWith('client_credentials', authMethod);
      const gateway = await gatewayWith(
        clientCredentials({
          tokenUrl: server.tokenUrl,
          ...CLIENT,
          authMethod,
          resource: UPSTREAM,
          scope: 'tools:call',
        }),
      );
      for (const caller of ['alice', 'bob']) {
        expect((await gateway.call(caller)).status).toBe(200);
      }
      const [first, second] = gateway.given;
      expect(first).toBe(second);
      expect(await claimsOf(first, server)).toMatchObject({
        sub: CLIENT.clientId,
        client_id: CLIENT.clientId,
        scope: 'tools:call',
      });
      expect(tokenRequests(server)).toEqual(['POST /token 200']);
    },
  );

  test.each([
    ['another secret', { clientSecret: 'wrong' }, '401'],
    ['a client that is not known', { clientId: 'nobody' }, '401'],
    ['a resource that is not known', { resource: 'https://other.example' }, '400 (invalid_target)'],
  ])('with %s gets none', async (_what, wrong, told) => {
    const server = await serverWith('client_credentials');
    const options = { tokenUrl: server.tokenUrl, ...CLIENT, resource: UPSTREAM, ...wrong };
    const gateway = await gatewayWith(clientCredentials(options));
    await expectUnavailable(await gateway.call());
    expect(gateway.given).toEqual([]);
    expect(gateway.errors[0]?.cause).toMatchObject({ message: expect.stringContaining(told) });
  });
});

describe('tokenExchange', () => {
  async function setUp() {
    const server = await serverWith(TOKEN_EXCHANGE);
    registerTokenExchange(server, GATEWAY);
    const gateway = await gatewayWith(
      tokenExchange({
        tokenUrl: server.tokenUrl,
        ...CLIENT,
        resource: UPSTREAM,
        scope: 'tools:call',
      }),
    );
    return { server, gateway };
  }

  test('gets each caller a token of its own for the upstream, once', async () => {
    const { server, gateway } = await setUp();
    const asking = { resource: GATEWAY, scope: 'tools:read' };
    const alice = await logIn(server, { user: 'alice', ...asking });
    const bob = await logIn(server, { user: 'bob', ...asking });
    expect(decodeJwt(alice)).toMatchObject({ sub: 'alice', aud: GATEWAY });
    const before = tokenRequests(server).length;
    for (const caller of [alice, bob, bob, alice]) {
      expect((await gateway.call(caller)).status).toBe(200);
    }
    const claims = await Promise.all(gateway.given.map((token) => claimsOf(token, server)));
    expect(claims.map(({ sub }) => sub)).toEqual(['alice', 'bob', 'bob', 'alice']);
    expect(claims[0]).toMatchObject({ client_id: CLIENT.clientId, scope: 'tools:call' });
    expect(tokenRequests(server)).toHaveLength(before + 2);
    expect(gateway.given).not.toContain(`Bearer ${alice}`);
    expect(gateway.told()).not.toContain(alice.slice(-40));
  });

  test('of a token that is not for the gateway gets none', async () => {
    const { server, gateway } = await setUp();
    const asking = { resource: UPSTREAM, scope: 'tools:read' };
    const token = await logIn(server, { user: 'mallory', ...asking });
    await expectUnavailable(await gateway.call(token));
    expect(gateway.given).toEqual([]);
    expect(gateway.errors[0]?.cause).toMatchObject({
      message: expect.stringMatching(/400 \(invalid_grant\)$/),
    });
  });
});
