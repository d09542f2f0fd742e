import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { apiKey, type GatewayConfig, GatewayConfigError, jwt } from '../../src/index.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { AUDIENCE } from '../support/jwt/gate.ts';
import { type Issuer, nowInSeconds, startIssuer } from '../support/jwt/issued.ts';
import { json, keyServer, sign, signingKey } from '../support/jwt/issuer.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { sessionServer } from './support/session-server.ts';
import { byHeader, sessionGateway } from './support/users.ts';

/** The advisories on tokens and sessions, through the gateway; `jwt` by itself has more of them. */

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

async function guarded(
  configOf: (idp: Issuer) => Partial<GatewayConfig> = (idp) => ({ auth: idp.auth }),
) {
  const idp = await startIssuer();
  const upstream = await recordingUpstream();
  const { port } = await startGateway({
    target: upstream.target,
    publicUrl: AUDIENCE,
    ...configOf(idp),
  });
  const present = (token: string) => send(port, { headers: { Authorization: `Bearer ${token}` } });
  return { idp, upstream, port, present };
}

describe('CVE-2015-9235, CVE-2022-23540, CVE-2026-22817, CVE-2026-22818: who chooses the algorithm', () => {
  const ALGORITHMS = ['none', 'None', 'HS256', 'HS512', 'RSA1_5', ''];

  test.each(ALGORITHMS)('a token that says %j, and a JWK that says nothing', async (alg) => {
    const signer = await signingKey('key-1', 'RS256');
    const { alg: _, use: __, ...bare } = signer.jwk;
    const { issuer, jwksUri, ...server } = await keyServer(signer);
    server.answer = json({ keys: [bare] });
    const { upstream, present } = await guarded(() => ({
      auth: jwt({ issuer, jwksUri, audience: AUDIENCE }),
    }));
    const claims = { iss: issuer, aud: AUDIENCE, sub: 'alice', exp: nowInSeconds() + 60 };
    const signed = `${encoded({ alg, kid: 'key-1' })}.${encoded(claims)}`;
    // The secret that a mixed-up library would take: the public key.
    const mac = createHmac('sha256', JSON.stringify(bare)).update(signed).digest('base64url');
    for (const signature of ['', mac]) {
      const answer = await present(`${signed}.${signature}`);
      expect([answer.status, reasonOf(answer)]).toEqual([401, 'unauthorized']);
    }
    expect(upstream.seen).toEqual([]);
  });

  test.each(['none', 'HS256', 'A256KW'])('%s cannot be configured', (algorithm) => {
    const options = { issuer: 'https://idp.example', audience: 'a', algorithms: [algorithm] };
    expect(() => jwt(options)).toThrow(GatewayConfigError);
  });
});

test('CVE-2022-21449: a signature of nothing but zeros', async () => {
  const { idp, upstream, present } = await guarded();
  const [head, claims] = (await idp.token()).split('.');
  const zeros = Buffer.alloc(64).toString('base64url');
  expect((await present(`${head}.${claims}.${zeros}`)).status).toBe(401);
  expect(upstream.seen).toEqual([]);
});

test.each([
  ['CVE-2022-36083', { alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2 ** 31, p2s: 'AA' }],
  ['CVE-2024-28176', { alg: 'dir', enc: 'A256GCM', zip: 'DEF' }],
])('%s: an encrypted token is refused before it is decoded', async (_, header) => {
  const { upstream, present } = await guarded();
  const answer = await present(`${encoded(header)}.AA.AA.${'A'.repeat(4000)}.AA`);
  expect(answer.status).toBe(401);
  expect(upstream.seen).toEqual([]);
});

test('jku, x5u, jwk, x5c, kid: keys come from the configuration alone', async () => {
  const heard: string[] = [];
  const thief = await signingKey('key-1');
  const canary = await serve((req, res) => {
    heard.push(String(req.url));
    json({ keys: [thief.jwk] })(req, res);
  });
  const url = `http://127.0.0.1:${canary.port}/keys`;
  const { idp, upstream, present } = await guarded();
  const claims = { iss: idp.issuer, aud: AUDIENCE, sub: 'alice', exp: nowInSeconds() + 60 };
  const headers = [{ jku: url }, { x5u: url }, { jwk: thief.jwk }, { x5c: ['AA=='] }, { kid: url }];
  for (const header of [...headers, { kid: '../../keys' }, { kid: "' OR 1=1 --" }]) {
    expect((await present(await sign(thief, claims, header))).status).toBe(401);
  }
  expect([heard, upstream.seen]).toEqual([[], []]);
});

describe('confused deputy: a token for somebody else, and a token for us', () => {
  test('is not accepted', async () => {
    const { idp, upstream, present } = await guarded();
    for (const aud of [
      'https://other.example/mcp',
      'https://gateway.example',
      [],
      `${AUDIENCE}x`,
    ]) {
      expect((await present(await idp.token({ aud }))).status).toBe(401);
    }
    expect(upstream.seen).toEqual([]);
  });

  test('FastMCP #3262: is not passed on, not even where the request fails later', async () => {
    const { idp, upstream, port } = await guarded((own) => ({
      auth: own.auth,
      headers: { forward: ['*'] },
    }));
    const { Authorization } = await idp.bearer();
    const spellings = ['Authorization', 'AUTHORIZATION', 'authorization'];
    for (const name of spellings) {
      const headers = { [name]: Authorization, HTTP_AUTHORIZATION: 'x', Connection: 'close' };
      expect((await send(port, { headers })).status).toBe(200);
    }
    // A client that has `Connection` name it does not get it past either.
    const nominated = { Authorization, Connection: 'close, X-Other' };
    expect((await send(port, { headers: nominated })).status).toBe(200);
    expect(upstream.seen).toHaveLength(4);
    for (const { rawHeaders } of upstream.seen) {
      expect(rawHeaders.join()).not.toMatch(/authorization|bearer/i);
    }
  });
});

describe('session hijacking', () => {
  async function begun() {
    const upstream = await sessionServer('victim', 'own');
    const gateway = await sessionGateway(upstream.target);
    await gateway.as('alice');
    await gateway.as('mallory');
    return { upstream, ...gateway };
  }

  test.each([
    ['CVE-2026-33946, GHSA-qvqr-5cv7-wh35: a GET that takes over the stream', 'GET', {}],
    ['resuming the stream of another', 'GET', { 'Last-Event-ID': '1' }],
    ['GHSA-f6c5-f2ph-7x7p: a message into the session of another', 'POST', {}],
    ['mcp-gateway-registry #1357: its end by another', 'DELETE', {}],
  ])('%s', async (_, method, headers) => {
    const { upstream, as } = await begun();
    const answer = await as('mallory', 'victim', { method, headers });
    expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
    expect(upstream.seen).toHaveLength(2);
    expect((await as('alice', 'victim', { method, headers })).status).toBe(200);
  });

  test('CVE-2025-6515: an id that can be guessed is of no use', async () => {
    const upstream = await sessionServer('1', '2', '3');
    const { as } = await sessionGateway(upstream.target);
    for (const user of ['alice', 'bob', 'mallory']) await as(user);
    const statuses = [];
    for (const id of ['0', '1', '2', '3', '4', '01', '1.0']) {
      statuses.push((await as('mallory', id)).status);
    }
    expect(statuses).toEqual([404, 404, 404, 200, 404, 404, 404]);
    expect(upstream.seen).toHaveLength(4);
  });

  test('pipefy #548: two users of one client are two', async () => {
    const upstream = await sessionServer('session-1');
    const auth: GatewayConfig['auth'] = (req) => {
      const found = byHeader(req) as { subject: string };
      return { ...found, clientId: 'the-same', claims: { azp: 'the-same' } };
    };
    const { as } = await sessionGateway(upstream.target, { auth });
    await as('alice');
    expect((await as('bob', 'session-1')).status).toBe(404);
    expect((await as('alice', 'session-1')).status).toBe(200);
  });

  test('a session is no authentication: its id without credentials', async () => {
    const { upstream, port } = await begun();
    for (const method of ['POST', 'GET', 'DELETE']) {
      const answer = await send(port, { method, headers: { 'Mcp-Session-Id': 'victim' } });
      expect([answer.status, reasonOf(answer)]).toEqual([401, 'unauthorized']);
    }
    expect(upstream.seen).toHaveLength(2);
  });
});

test('CVE-2026-25536: requests with the same id at once get each its own answer', async () => {
  const upstream = await recordingUpstream((req, res) => {
    res.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: req.headers['x-subject'] }));
  });
  const { as } = await sessionGateway(upstream.target, {
    headers: { set: { 'X-Subject': ({ principal }) => principal?.subject } },
  });
  const users = Array.from({ length: 40 }, (_, i) => `user-${i}`);
  const answers = await Promise.all(users.map((user) => as(user)));
  expect(answers.map(({ body }) => JSON.parse(body).result)).toEqual(users);
});

describe('GHSA-g53w-w6mj-hrpp, Obot 0.21.0: no side door', () => {
  test.each([
    { 'X-Forwarded-User': 'admin', 'X-Principal': 'admin', 'X-Internal': '1' },
    { 'X-Original-Url': '/health', 'X-Rewrite-Url': '/health' },
    { 'User-Agent': 'kube-probe/1.0' },
    { Host: 'localhost', Forwarded: 'for=127.0.0.1' },
    { 'X-Http-Method-Override': 'OPTIONS' },
  ])('%j lets nobody in', async (headers) => {
    const { upstream, port } = await guarded();
    for (const method of ['POST', 'GET', 'DELETE']) {
      expect((await send(port, { method, headers })).status).toBe(401);
    }
    expect(upstream.seen).toEqual([]);
  });

  test.each(['/mcp/', '/mcp?', '/mcp?a=/.well-known/oauth-protected-resource/mcp', '/mcp?health'])(
    'nor does %s',
    async (path) => {
      const { upstream, port } = await guarded();
      for (const method of ['POST', 'GET', 'DELETE']) {
        expect((await send(port, { method, path })).status).toBe(401);
      }
      expect(upstream.seen).toEqual([]);
    },
  );
});

test('secrets in logs: a mistake in the configuration shows no key', () => {
  const wrong = 'the-key-itself';
  const options = { keys: [{ sha256: 'a'.repeat(64), subject: 'a' }, wrong as never] };
  expect(() => apiKey(options)).toThrow(GatewayConfigError);
  expect(() => apiKey(options)).not.toThrow(wrong);
});
