import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { jwt, requireScopes } from '../../src/index.ts';
import { OAuthUser } from '../support/oauth-user.ts';
import { startRecordingServer } from '../support/recording-server.ts';
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from './support/authorization-server.ts';
import { logIn, userFromElsewhere } from './support/log-in.ts';
import { OAUTH_CLIENTS } from './support/oauth-clients.ts';
import { startPublicGateway } from './support/public-gateway.ts';

const READ = { name: 'read_file' };
const DELETE = { name: 'delete_file' };

/** A gateway that takes the tokens of an authorization server, before a server that takes none. */
async function setUp() {
  const issuer = await startAuthorizationServer();
  const server = await startRecordingServer();
  const url = await startPublicGateway((audience) => ({
    target: server.url,
    auth: jwt({
      issuer: issuer.issuer,
      audience,
      scopes: ['tools:read'],
      clockTolerance: false,
    }),
    policies: requireScopes({ 'delete_*': ['repo:write'] }),
  }));
  issuer.resources.add(url);
  const metadata = new URL('/.well-known/oauth-protected-resource/mcp', url).href;
  return { issuer, server, url, metadata };
}

/** A token that has just expired. */
async function expiredToken(issuer: AuthorizationServer, resource: string): Promise<string> {
  const { lifetime } = issuer;
  issuer.lifetime = 1;
  const token = await logIn(issuer, { user: 'alice', resource, scope: 'tools:read' });
  issuer.lifetime = lifetime;
  const end = Number(decodeJwt(token).exp) * 1000;
  while (Date.now() < end) await setTimeout(end - Date.now());
  return token;
}

const claimsOf = ({ held }: OAuthUser) => decodeJwt(held?.access_token ?? '');

/** What nobody who has not seen the token can have. */
const signatureOf = ({ held }: OAuthUser) => held?.access_token.split('.')[2] ?? '';

const scopesIn = (text: unknown) => String(text).split(' ').sort();

describe.each(OAUTH_CLIENTS)('client: $name', ({ connect, stepsUpWithRefreshToken }) => {
  test('finds its way from a 401 to a token for the gateway, which the upstream never sees', async () => {
    const { issuer, server, url, metadata } = await setUp();
    const user = new OAuthUser();
    const client = await connect(url, user);
    expect(client.wire.visits.slice(0, 5)).toEqual([
      `POST ${url} 401`,
      `GET ${metadata} 200`,
      `GET ${issuer.issuer}/.well-known/oauth-authorization-server 200`,
      `POST ${issuer.issuer}/reg 201`,
      `POST ${issuer.issuer}/token 200`,
    ]);
    expect(client.wire.challenges).toEqual([
      `Bearer resource_metadata="${metadata}", scope="tools:read"`,
    ]);
    expect(user.sentTo.map((page) => Object.fromEntries(page.searchParams))).toEqual([
      expect.objectContaining({
        resource: url,
        scope: 'tools:read',
        code_challenge_method: 'S256',
      }),
    ]);
    expect(claimsOf(user)).toMatchObject({ sub: 'alice', aud: url, scope: 'tools:read' });

    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['read_file', 'delete_file']);
    expect(await client.callTool(READ)).toMatchObject({ content: [{ text: 'read_file' }] });
    expect(client.wire.visits.slice(5).filter((visit) => !visit.includes(` ${url} 2`))).toEqual([]);

    expect(server.ran).toEqual(['read_file']);
    const told = server.headers.join('\n');
    expect(told).toMatch(/^host:/im);
    expect(told).not.toMatch(/^authorization:/im);
    expect(told).not.toContain(signatureOf(user));
  });

  test('asks its user for more where a tool needs more', async () => {
    const { server, url, metadata } = await setUp();
    // With a refresh token the SDK v1 refreshes instead, which gives it the scopes it had.
    const grantTypes = stepsUpWithRefreshToken ? undefined : ['authorization_code'];
    const user = new OAuthUser(grantTypes && { grantTypes });
    const client = await connect(url, user);
    expect(await client.callTool(READ)).toMatchObject({ content: [{ text: 'read_file' }] });
    expect(await client.callTool(DELETE)).toMatchObject({ content: [{ text: 'delete_file' }] });
    expect(client.wire.challenges.slice(1)).toEqual([
      expect.stringMatching(
        `^Bearer resource_metadata="${metadata}", scope="tools:read repo:write", error="insufficient_scope"`,
      ),
    ]);
    expect(user.sentTo.map((page) => scopesIn(page.searchParams.get('scope')))).toEqual([
      ['tools:read'],
      ['repo:write', 'tools:read'],
    ]);
    expect(scopesIn(claimsOf(user).scope)).toEqual(['repo:write', 'tools:read']);
    expect(server.headers.join('\n')).not.toContain(signatureOf(user));
    expect(server.ran).toEqual(['read_file', 'delete_file']);
  });

  test('starts over where its token is for another resource', async () => {
    const { issuer, server, url } = await setUp();
    const user = await userFromElsewhere(issuer);
    const client = await connect(url, user);
    expect(client.wire.visits[0]).toBe(`POST ${url} 401`);
    expect(client.wire.challenges).toEqual([expect.stringContaining('error="invalid_token"')]);
    expect(user.sentTo).toHaveLength(1);
    expect(claimsOf(user)).toMatchObject({ aud: url });
    await client.callTool(READ);
    expect(server.ran).toEqual(['read_file']);
  });

  test('renews an expired token, by its refresh token or else by its user', async () => {
    const { issuer, server, url } = await setUp();
    const user = new OAuthUser();
    const client = await connect(url, user);
    const expired = await expiredToken(issuer, url);
    const { refresh_token, ...unrefreshable } = user.held ?? { access_token: '', token_type: '' };
    expect(refresh_token).toBeDefined();

    user.held = { ...unrefreshable, refresh_token, access_token: expired };
    await client.callTool(READ);
    expect(user.sentTo).toHaveLength(1);
    expect(user.held.access_token).not.toBe(expired);
    expect(claimsOf(user)).toMatchObject({ sub: 'alice', aud: url });

    user.held = { ...unrefreshable, access_token: expired };
    await client.callTool(READ);
    expect(user.sentTo).toHaveLength(2);
    expect(client.wire.challenges.slice(1)).toEqual([
      expect.stringContaining('error="invalid_token"'),
      expect.stringContaining('error="invalid_token"'),
    ]);
    expect(server.ran).toEqual(['read_file', 'read_file']);
  });
});

// The modern era has no sessions.
const LEGACY = OAUTH_CLIENTS.filter(({ era }) => era === 'legacy');

test.each(LEGACY)(
  'client: $name: its session is not there for another user',
  async ({ connect }) => {
    const { issuer, server, url } = await setUp();
    const client = await connect(url, new OAuthUser());
    const id = client.sessionId ?? '';
    const bob = await logIn(issuer, { user: 'bob', resource: url, scope: 'tools:read' });
    await client.wire.has('GET');
    const before = server.requests;
    for (const method of ['POST', 'GET', 'DELETE']) {
      const answer = await fetch(url, {
        method,
        headers: {
          Authorization: `Bearer ${bob}`,
          'Mcp-Session-Id': id,
          'Mcp-Protocol-Version': '2025-11-25',
          Accept: 'application/json, text/event-stream',
          'Content-Type': 'application/json',
        },
        body: method === 'POST' ? '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' : null,
      });
      await answer.text();
      expect([method, answer.status]).toEqual([method, 404]);
    }
    expect(server.requests).toBe(before);
    await client.callTool(READ);
    expect(server.ran).toEqual(['read_file']);
  },
);
