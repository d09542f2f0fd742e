import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import {
  apiKey,
  type IntrospectionOptions,
  introspection,
  requireScopes,
} from '../../src/index.ts';
import { OAuthUser } from '../support/oauth-user.ts';
import { startRecordingServer } from '../support/recording-server.ts';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from './support/authorization-server.ts';
import { logIn, userFromElsewhere } from './support/log-in.ts';
import { OAUTH_CLIENTS } from './support/oauth-clients.ts';
import { postWithToken } from './support/post-with-token.ts';
import { startPublicGateway } from './support/public-gateway.ts';

const READ = { name: 'read_file' };
const GATEWAY = { id: 'gateway', secret: 's3cret: 100% +/=~' };
const KEY = 'a-key-of-ci';
/** What came of a request that the gateway let in. */
const IN = 'in';

/** A gateway that asks a real authorization server about its opaque tokens. */
async function setUp(options: Partial<IntrospectionOptions> = {}) {
  const issuer = await startAuthorizationServer({
    format: 'opaque',
    clients: [
      {
        client_id: GATEWAY.id,
        client_secret: GATEWAY.secret,
        grant_types: [],
        redirect_uris: [],
        response_types: [],
      },
    ],
  });
  const server = await startRecordingServer();
  const errors: string[] = [];
  const url = await startPublicGateway((audience) => ({
    target: server.url,
    auth: [
      introspection({
        issuer: issuer.issuer,
        clientId: GATEWAY.id,
        clientSecret: GATEWAY.secret,
        audience,
        scopes: ['tools:read'],
        ...options,
      }),
      apiKey({
        header: 'Authorization',
        keys: [{ sha256: createHash('sha256').update(KEY).digest('hex'), subject: 'ci' }],
      }),
    ],
    policies: requireScopes({ 'delete_*': ['repo:write'] }),
    onError: ({ cause }) => {
      if (cause instanceof Error) errors.push(cause.message);
    },
  }));
  issuer.resources.add(url);
  const present = async (token: string) => {
    const answer = await postWithToken(
      url,
      token,
      '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    );
    await answer.text();
    // The server wants a session, which has nothing to do with tokens.
    return [401, 403, 503].includes(answer.status) ? answer.status : IN;
  };
  const questions = () => issuer.log.filter((line) => line.includes('/introspection '));
  return { issuer, server, url, errors, present, questions };
}

async function revoke({ issuer }: AuthorizationServer, token: string): Promise<void> {
  const credentials = `${GATEWAY.id}:${encodeURIComponent(GATEWAY.secret)}`;
  const answer = await fetch(`${issuer}/token/revocation`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams({ token }),
  });
  expect(answer.status).toBe(200);
}

describe.each(OAUTH_CLIENTS)('client: $name', ({ connect }) => {
  test('logs in for a token that only its issuer can read, and uses it', async () => {
    const { issuer, server, url, questions } = await setUp();
    const user = new OAuthUser();
    const client = await connect(url, user);
    const metadata = new URL('/.well-known/oauth-protected-resource/mcp', url).href;
    expect(client.wire.visits.slice(0, 5)).toEqual([
      `POST ${url} 401`,
      `GET ${metadata} 200`,
      `GET ${issuer.issuer}/.well-known/oauth-authorization-server 200`,
      `POST ${issuer.issuer}/reg 201`,
      `POST ${issuer.issuer}/token 200`,
    ]);
    const token = user.held?.access_token ?? '';
    expect(token.split('.')).toHaveLength(1);
    expect((await client.listTools()).tools).toHaveLength(2);
    expect(await client.callTool(READ)).toMatchObject({ content: [{ text: 'read_file' }] });
    expect(questions()).toEqual(['POST /token/introspection 200']);
    expect(server.ran).toEqual(['read_file']);
    expect(server.headers.join('\n')).not.toContain(token);
  });

  test('logs in again where its token is for another resource', async () => {
    const { issuer, server, url } = await setUp();
    const user = await userFromElsewhere(issuer);
    const client = await connect(url, user);
    expect(client.wire.challenges).toEqual([expect.stringContaining('error="invalid_token"')]);
    expect(user.sentTo).toHaveLength(1);
    await client.callTool(READ);
    expect(server.ran).toEqual(['read_file']);
  });

  test('logs in again once its token is revoked', async () => {
    const { issuer, server, url } = await setUp({ cache: false });
    const user = new OAuthUser({ grantTypes: ['authorization_code'] });
    const client = await connect(url, user);
    await client.callTool(READ);
    const revoked = user.held?.access_token ?? '';
    await revoke(issuer, revoked);
    await client.callTool(READ);
    expect(user.held?.access_token).not.toBe(revoked);
    expect([user.sentTo.length, server.ran]).toEqual([2, ['read_file', 'read_file']]);
  });
});

const token = (issuer: AuthorizationServer, resource: string, scope = 'tools:read') =>
  logIn(issuer, { user: 'alice', resource, scope });

test('a token that is revoked is taken until the time of the cache is over', async () => {
  const { issuer, url, present, questions } = await setUp({ cache: '2s' });
  const own = await token(issuer, url);
  const asked = performance.now();
  expect(await present(own)).toBe(IN);
  await revoke(issuer, own);
  let status: unknown = IN;
  while (status === IN) {
    expect(questions()).toHaveLength(1);
    await setTimeout(50);
    status = await present(own);
  }
  expect(status).toBe(401);
  expect(performance.now() - asked).toBeGreaterThanOrEqual(2000);
  expect(questions()).toHaveLength(2);
});

test('tokens without the scope, made-up tokens, JWTs and keys', async () => {
  const { issuer, url, present, questions } = await setUp();
  expect(await present(await token(issuer, url, 'tools:call'))).toBe(403);
  expect(await present('made-up')).toBe(401);
  expect(questions()).toHaveLength(2);
  const jwt = (claims: object) =>
    `${[{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.c2ln`;
  expect(await present(jwt({ iss: 'https://other.example' }))).toBe(401);
  expect(questions()).toHaveLength(2);
  // This server refuses to introspect any JWT.
  expect(await present(jwt({ iss: issuer.issuer }))).toBe(401);
  expect(issuer.log.at(-1)).toBe('POST /token/introspection 400');
  expect(await present(KEY)).toBe(IN);
  expect(issuer.log.at(-1)).toBe('POST /token/introspection 400');
});

test('a refresh token is no access token', async () => {
  const { url, present } = await setUp();
  const user = new OAuthUser();
  await OAUTH_CLIENTS[0]?.connect(url, user);
  const { access_token = '', refresh_token = '' } = user.held ?? {};
  expect(refresh_token).not.toBe('');
  expect(await present(refresh_token)).toBe(401);
  expect(await present(access_token)).toBe(IN);
});

test('a secret that the server does not know is a 503, and the operator is told', async () => {
  const { issuer, url, present, errors } = await setUp({ clientSecret: 'wrong-secret' });
  expect(await present(await token(issuer, url))).toBe(503);
  expect(errors.join()).toMatch(/answered 401, so it does not take this client/);
  expect(errors.join()).not.toContain('wrong-secret');
});
