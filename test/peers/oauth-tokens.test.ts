import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { type JwtOptions, jwt } from '../../src/index.ts';
import { recordingUpstream } from '../support/upstream.ts';
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  startAuthorizationServer,
} from './support/authorization-server.ts';
import { logIn } from './support/log-in.ts';
import { postWithToken } from './support/post-with-token.ts';
import { startPublicGateway } from './support/public-gateway.ts';

const CLIENTS = ['nightly', 'weekly'];
const SECRET = 'of a client';

/** A gateway that takes the tokens of a real authorization server, and how it answers to them. */
async function setUp(
  options: (issuer: AuthorizationServer, url: string) => Partial<JwtOptions>,
  server: AuthorizationServerOptions = {},
) {
  const issuer = await startAuthorizationServer({
    ...server,
    clients: CLIENTS.map((client_id) => ({
      client_id,
      client_secret: SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
  });
  const upstream = await recordingUpstream();
  const url = await startPublicGateway((audience) => ({
    target: upstream.target,
    sessions: false,
    auth: jwt({ issuer: issuer.issuer, audience, ...options(issuer, audience) }),
  }));
  issuer.resources.add(url);

  const present = async (token: string) => {
    const answer = await postWithToken(
      url,
      token,
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file"}}',
    );
    const text = await answer.text();
    return answer.ok ? answer.status : `${answer.status} ${JSON.parse(text).error.data.reason}`;
  };
  const user = (name: string, scope = 'tools:read') =>
    logIn(issuer, { user: name, resource: url, scope });
  return { issuer, upstream, url, present, user };
}

/** The token of a client that acts for itself. */
async function tokenOf(issuer: AuthorizationServer, client: string, resource: string) {
  const credentials = Buffer.from(`${client}:${encodeURIComponent(SECRET)}`).toString('base64');
  const answer = await fetch(issuer.tokenUrl, {
    method: 'POST',
    headers: { Authorization: `Basic ${credentials}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      resource,
      scope: 'tools:read',
    }),
  });
  const { access_token } = (await answer.json()) as { access_token: string };
  return access_token;
}

const keyRequests = ({ log }: AuthorizationServer) =>
  log.filter((line) => /well-known|jwks/.test(line));

describe('access tokens of a real server, as JWTs', () => {
  test('come in by roles that the server has in claims of its own', async () => {
    const { issuer, upstream, url, present, user } = await setUp(() => ({
      roles: ['mcp-user'],
      claims: ({ realm_access, permissions }) => ({
        scopes: permissions,
        roles: (realm_access as { roles?: unknown } | undefined)?.roles,
      }),
      scopes: ['tools:all'],
    }));
    issuer.claims = { realm_access: { roles: ['mcp-user'] }, permissions: ['tools:all'] };
    const good = await user('alice');
    expect(decodeJwt(good)).toMatchObject({ aud: url, sub: 'alice', ...issuer.claims });
    expect(await present(good)).toBe(200);

    issuer.claims = { realm_access: { roles: ['guest'] }, permissions: ['tools:all'] };
    expect(await present(await user('bob'))).toBe('403 policy_denied');
    issuer.claims = { realm_access: { roles: ['mcp-user'] } };
    expect(await present(await user('bob'))).toBe('403 insufficient_scope');
    expect(upstream.seen).toHaveLength(1);
  });

  test('come in with every audience of a list', async () => {
    const one = await setUp((_issuer, url) => ({ audience: { allOf: [url] } }));
    expect(await one.present(await one.user('alice'))).toBe(200);
    const two = await setUp((_issuer, url) => ({ audience: { allOf: [url, 'second'] } }));
    expect(await two.present(await two.user('alice'))).toBe('401 unauthorized');
  });

  test('come in by the client that they were issued to', async () => {
    const { issuer, url, present } = await setUp(() => ({
      audience: { claim: 'client_id', anyOf: ['nightly'] },
    }));
    const outcomes = [];
    for (const client of CLIENTS) outcomes.push(await present(await tokenOf(issuer, client, url)));
    expect(outcomes).toEqual([200, '401 unauthorized']);
  });

  test('need no key server where the keys are in the configuration', async () => {
    const { issuer, present, user } = await setUp(({ keys }) => ({ keys }));
    const token = await user('alice');
    const before = keyRequests(issuer);
    expect(await present(token)).toBe(200);
    expect(keyRequests(issuer)).toEqual(before);
  });

  test.each<[string, (issuer: string) => JwtOptions['issuer'], 200 | string]>([
    ['a tenant of the list', pattern(['acme']), 200],
    ['a tenant that a function takes', pattern((tenant) => tenant === 'acme'), 200],
    ['a tenant of nobody', pattern(['globex']), '401 unauthorized'],
  ])('come in from one of several issuers of a host: %s', async (_what, issuerOf, expected) => {
    const path = '/acme';
    const own = await setUp(({ issuer }) => ({ issuer: issuerOf(issuer) }), { path });
    const token = await own.user('alice');
    expect(decodeJwt(token).iss).toBe(own.issuer.issuer);
    const before = keyRequests(own.issuer).length;
    expect(await own.present(token)).toBe(expected);
    const fetched = keyRequests(own.issuer).slice(before);
    expect(fetched.includes('GET /acme/jwks 200')).toBe(expected === 200);
    if (expected !== 200) expect(fetched).toEqual([]);
  });
});

function pattern(tenants: string[] | ((tenant: string) => boolean)) {
  return (issuer: string) => ({ pattern: issuer.replace('acme', '{tenant}'), tenants });
}
