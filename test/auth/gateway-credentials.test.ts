import { describe, expect, test } from '@jest/globals';
import { apiKey, type GatewayConfig } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { type Issuer, nowInSeconds, startIssuer } from '../support/jwt/issued.ts';
import { type RecordingUpstream, recordingUpstream } from '../support/upstream.ts';

const PUBLIC = 'https://gateway.example/mcp';
const METADATA = 'https://gateway.example/.well-known/oauth-protected-resource/mcp';
const BARE = `Bearer resource_metadata="${METADATA}"`;

interface Guarded {
  readonly idp: Issuer;
  readonly upstream: RecordingUpstream;
  readonly port: number;
}

async function guarded(config: (idp: Issuer) => Partial<GatewayConfig>): Promise<Guarded> {
  const idp = await startIssuer();
  const upstream = await recordingUpstream();
  const own = { target: upstream.target, publicUrl: PUBLIC, ...config(idp) };
  const { port } = await startGateway(own);
  return { idp, upstream, port };
}

const justJwt = (idp: Issuer) => ({ auth: idp.auth });

/** Every request that a client can make. */
const REQUESTS: [string, { method?: string; path?: string; headers?: Record<string, string> }][] = [
  ['POST', {}],
  ['GET', { method: 'GET', headers: { Accept: 'text/event-stream' } }],
  ['GET, resuming', { method: 'GET', headers: { 'Last-Event-ID': '7' } }],
  ['DELETE', { method: 'DELETE' }],
  ['POST, with a trailing slash', { path: '/mcp/' }],
  ['the stream of the older transport', { method: 'GET', path: '/sse' }],
  ['a message of the older transport', { path: '/messages?sessionId=1' }],
];

describe('each request needs credentials, and nothing else gets past', () => {
  const legacy = (idp: Issuer) => ({
    auth: idp.auth,
    sessions: false as const,
    legacySse: { path: '/sse', messagePath: '/messages' },
  });

  test.each(REQUESTS)('%s without any: 401, one challenge without an error', async (_, request) => {
    const { upstream, port } = await guarded(legacy);
    const answer = await send(port, request);
    expect([answer.status, reasonOf(answer)]).toEqual([401, 'unauthorized']);
    expect(valuesOf(answer, 'www-authenticate')).toEqual([BARE]);
    expect(upstream.seen).toEqual([]);
  });

  test.each(REQUESTS)('%s with a token that is not good', async (_, request) => {
    const { idp, upstream, port } = await guarded(legacy);
    const headers = { ...request.headers, ...(await idp.bearer({ aud: 'https://other.example' })) };
    const answer = await send(port, { ...request, headers });
    expect(answer.status).toBe(401);
    const description = 'The token is for another audience';
    expect(valuesOf(answer, 'www-authenticate')).toEqual([
      `${BARE}, error="invalid_token", error_description="${description}"`,
    ]);
    expect(upstream.seen).toEqual([]);
  });

  test.each(REQUESTS.slice(0, 5))('%s with a good one goes on', async (_, request) => {
    const { idp, upstream, port } = await guarded(legacy);
    const headers = { ...request.headers, ...(await idp.bearer()) };
    expect((await send(port, { ...request, headers })).status).toBe(200);
    expect(upstream.seen.map(({ method }) => method)).toEqual([request.method ?? 'POST']);
  });

  test('a connection that was let in once is asked again', async () => {
    const { idp, port, upstream } = await guarded(justJwt);
    const url = `http://127.0.0.1:${port}/mcp`;
    const post = (headers: Record<string, string>) =>
      fetch(url, { method: 'POST', headers, body: '{}' }).then((answer) => {
        return answer.text().then(() => answer.status);
      });
    expect(await post(await idp.bearer())).toBe(200);
    expect(await post({})).toBe(401);
    expect(upstream.seen).toHaveLength(1);
  });
});

describe('tokens that are not for here', () => {
  test.each<[string, Record<string, unknown>]>([
    ['of another issuer', { iss: 'https://idp.example' }],
    ['for another audience', { aud: ['https://gateway.example', `${PUBLIC}/`] }],
    ['for nobody', { aud: undefined }],
    ['without a subject', { sub: undefined }],
    ['without an end', { exp: undefined }],
    ['that has expired', { exp: nowInSeconds() - 120 }],
    ['that is not valid yet', { nbf: nowInSeconds() + 120 }],
  ])('%s', async (_, claims) => {
    const { idp, upstream, port } = await guarded(justJwt);
    const answer = await send(port, { headers: await idp.bearer(claims) });
    expect(answer.status).toBe(401);
    expect(valuesOf(answer, 'www-authenticate').join()).toContain(', error="invalid_token"');
    expect(upstream.seen).toEqual([]);
  });

  test('one that nobody signed', async () => {
    const { idp, upstream, port } = await guarded(justJwt);
    const [, claims] = (await idp.token()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const token of [`${none}.${claims}.`, `${none}.${claims}.AA`]) {
      const answer = await send(port, { headers: { Authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(401);
    }
    expect(upstream.seen).toEqual([]);
  });
});

describe('a token in the query is refused, a good one besides or not', () => {
  const NAMES = ['access_token', 'Access_Token', 'a=1&access_token'];

  test.each(NAMES)('?%s=', async (name) => {
    const { idp, upstream, port } = await guarded(justJwt);
    const path = `/mcp?${name}=${await idp.token()}`;
    for (const headers of [{}, await idp.bearer()]) {
      const answer = await send(port, { path, headers });
      expect(answer.status).toBe(401);
      expect(valuesOf(answer, 'www-authenticate').join()).toContain('error="invalid_request"');
    }
    expect(upstream.seen).toEqual([]);
  });

  test('without its header, no other spelling of it is credentials', async () => {
    const { idp, upstream, port } = await guarded(justJwt);
    const token = await idp.token();
    for (const name of ['access%5Ftoken', 'token', 'bearer', 'authorization']) {
      expect((await send(port, { path: `/mcp?${name}=${token}` })).status).toBe(401);
    }
    expect(upstream.seen).toEqual([]);
  });
});

describe('credentials end here', () => {
  const KEY = 'k-123456789';
  const KEYS = [
    { sha256: '5ab0a5d3d2f0aa8d2b5a15ffd4d5b3c43a9a6b8fdb9a4d10e8c0f4b1e6a7c2d9', subject: 'ci' },
  ];

  test.each<[string, GatewayConfig['headers'] | undefined]>([
    ['by default', undefined],
    ["with forward: '*'", { forward: ['*'] }],
    ['with a prefix', { forward: ['Auth*', 'X-*', 'X-Api-*'] }],
  ])('%s', async (_, headers) => {
    const { idp, upstream, port } = await guarded((own) => ({
      auth: [own.auth, apiKey({ keys: KEYS }), apiKey({ keys: KEYS, header: 'X-Second-Key' })],
      ...(headers && { headers }),
    }));
    const sent = { ...(await idp.bearer()), 'X-Api-Key': KEY, 'X-Second-Key': KEY };
    expect((await send(port, { headers: { ...sent, X_Api_Key: KEY } })).status).toBe(200);
    const [seen] = upstream.seen;
    expect(seen?.rawHeaders.join('\n')).not.toMatch(/authorization|key|k-123|bearer/i);
  });

  test('what is set in place of it goes upstream, and nothing of the token', async () => {
    const { idp, upstream, port } = await guarded((own) => ({
      auth: own.auth,
      headers: { set: { Authorization: 'Basic dXBzdHJlYW0=' } },
    }));
    expect((await send(port, { headers: await idp.bearer() })).status).toBe(200);
    const seen = upstream.seen[0]?.rawHeaders ?? [];
    expect(seen.filter((name) => /authorization/i.test(name))).toHaveLength(1);
    expect(upstream.seen[0]?.headers.authorization).toBe('Basic dXBzdHJlYW0=');
  });
});

test('the challenge names the scopes before what is said of the error', async () => {
  const { idp, port } = await guarded((own) => ({
    auth: own.authWith({ scopes: ['mcp', 'files:read'] }),
  }));
  const scope = 'scope="mcp files:read"';
  expect(valuesOf(await send(port), 'www-authenticate')).toEqual([`${BARE}, ${scope}`]);
  const refused = await send(port, { headers: await idp.bearer({ iss: 'https://x.example' }) });
  expect(valuesOf(refused, 'www-authenticate')).toEqual([
    `${BARE}, ${scope}, error="invalid_token", error_description="The token is from another issuer"`,
  ]);
});

test.each([
  ['another scheme', ['Basic YTpi']],
  ['an empty field', ['']],
  ['a scheme that begins alike', ['Bearerish abc']],
])('Authorization with %s is no token', async (_, lines) => {
  const { upstream, port } = await guarded(justJwt);
  const answer = await send(port, { headers: { Authorization: lines[0] as string } });
  expect(valuesOf(answer, 'www-authenticate')).toEqual([BARE]);
  expect([answer.status, upstream.seen.length]).toEqual([401, 0]);
});

test.each([
  ['no token', 'Bearer'],
  ['two tokens', 'Bearer a b'],
  ['a list', 'Bearer a, Bearer b'],
  ['quotes, which the challenge must not repeat', 'Bearer "x", scope="admin"'],
])('Authorization with %s is malformed', async (_, authorization) => {
  const { upstream, port } = await guarded(justJwt);
  const answer = await send(port, { headers: { Authorization: authorization } });
  const description = 'The Authorization header does not hold exactly one bearer token';
  expect(valuesOf(answer, 'www-authenticate')).toEqual([
    `${BARE}, error="invalid_token", error_description="${description}"`,
  ]);
  expect([answer.status, upstream.seen.length]).toEqual([401, 0]);
});

test('a repeated credential is refused', async () => {
  const { idp, upstream, port } = await guarded(justJwt);
  const { Authorization } = await idp.bearer();
  const answer = await send(port, { headers: { Authorization: [Authorization, 'Bearer x'] } });
  expect([answer.status, reasonOf(answer)]).toEqual([400, 'repeated_header']);
  expect(upstream.seen).toEqual([]);
});
