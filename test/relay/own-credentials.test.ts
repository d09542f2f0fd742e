import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import connect from 'connect';
import {
  type GatewayConfig,
  type GatewayError,
  injectHeaders,
  mcpProxy,
  requireAuth,
  upstreamAuth,
} from '../../src/index.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const CHALLENGES = {
  'WWW-Authenticate': 'Bearer resource_metadata="https://evil.example/metadata"',
  'Proxy-Authenticate': 'Basic realm="evil"',
  'Authentication-Info': 'nextnonce="evil"',
  'DPoP-Nonce': 'evil',
  www_authenticate: 'Bearer resource_metadata="https://evil.example/metadata"',
};

const refusing =
  (status: number) =>
  (_req: IncomingMessage, res: ServerResponse): void => {
    res.writeHead(status, { ...CHALLENGES, 'Content-Type': 'application/json' });
    res.end('{"error":"of the upstream"}');
  };

/** Configurations in which the upstream sees no credentials of the client. */
const OWN: [string, Partial<GatewayConfig>][] = [
  ['auth', { auth: () => ({ subject: 'ada' }) }],
  ['Authorization set', { headers: { set: { authorization: 'Bearer gateway' } } }],
  ['a cookie set', { headers: { set: { Cookie: 'session=1' } } }],
  ['a key set', { headers: { set: { 'X-Api-Key': 'upstream-key' } } }],
  ['a token by a function', { headers: { set: { 'X-Vendor-Token': async () => 'token' } } }],
  [
    'Authorization set, and forwarded in vain',
    { headers: { forward: ['Authorization'], set: { Authorization: 'Bearer gateway' } } },
  ],
  ['a function without a value', { headers: { set: { Authorization: () => undefined } } }],
];

const NOT_OWN: [string, Partial<GatewayConfig>][] = [
  ['nothing', {}],
  ['the client’s forwarded', { headers: { forward: ['Authorization'] } }],
  [
    'the client’s forwarded, and a key set besides',
    { headers: { forward: ['Authorization'], set: { 'X-Api-Key': 'upstream-key' } } },
  ],
  ['something set that is no credential', { headers: { set: { 'X-Tenant': 'acme' } } }],
];

const ROUTES = [
  ['the endpoint', 'POST', '/mcp'],
  ['a stream of the endpoint', 'GET', '/mcp'],
  ['the end of a session', 'DELETE', '/mcp'],
  ['a stream of the older transport', 'GET', '/sse'],
  ['a message of the older transport', 'POST', '/messages?sessionId=1'],
] as const;

async function answered(
  status: number,
  config: Partial<GatewayConfig>,
  [, method, path]: (typeof ROUTES)[number] = ROUTES[0],
) {
  const upstream = await recordingUpstream(refusing(status));
  const observer = witness();
  const gateway = await startGateway({
    target: upstream.target,
    legacySse: { path: '/sse', messagePath: '/messages' },
    sessions: false,
    observe: observer,
    ...config,
  });
  const answer = await fetch(new URL(path, gateway.url), {
    method,
    ...(method === 'POST' && { body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' }),
  });
  const body = await answer.text();
  return { ...gateway, upstream, answer, body, record: await observer.record() };
}

const challengesIn = ({ headers }: Response) =>
  [...headers].filter(([name, value]) => Object.hasOwn(CHALLENGES, name) || /evil/.test(value));

const expectRefusal = (answer: Response, body: string, errors: readonly GatewayError[]) => {
  expect(answer.status).toBe(502);
  expect(challengesIn(answer)).toEqual([]);
  expect(JSON.parse(body)).toMatchObject({
    error: { code: 502, data: { reason: 'upstream_unauthorized' } },
  });
  expect(errors.map(({ reason, cause }) => [reason, String(cause)])).toEqual([
    ['upstream_unauthorized', expect.stringMatching(/^Error: .*(401|407)/)],
  ]);
};

describe('a refusal of the gateway’s own credentials is no refusal of the client’s', () => {
  test.each(OWN)('with %s', async (_case, config) => {
    for (const status of [401, 407]) {
      const { answer, body, errors, upstream, record } = await answered(status, config);
      expect(upstream.seen).toHaveLength(1);
      expectRefusal(answer, body, errors);
      expect(record).toMatchObject({ slot: 'relay', reason: 'upstream_unauthorized' });
      expect(record.detail).toContain(String(status));
    }
  });

  test.each(ROUTES)('on %s', async (...route) => {
    const { answer, body, errors } = await answered(401, OWN[0]?.[1] ?? {}, route);
    expectRefusal(answer, body, errors);
  });

  test('whatever else is wrong with the answer', async () => {
    const odd = { 'Content-Language': 'key-of-the-gateway', 'Content-Encoding': 'gzip' };
    const upstream = await recordingUpstream((_req, res) => {
      res.writeHead(401, { ...CHALLENGES, ...odd, 'Content-Type': 'application/json' });
      res.end('no gzip');
    });
    const { url, errors } = await startGateway({
      target: upstream.target,
      auth: () => ({ subject: 'ada' }),
      headers: { set: { 'X-Api-Key': 'key-of-the-gateway' } },
      policies: () => true,
      filterLists: true,
    });
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    });
    expectRefusal(answer, await answer.text(), errors);
  });

  test('of middlewares by themselves', async () => {
    const upstream = await recordingUpstream(refusing(401));
    for (const front of [
      requireAuth(() => ({ subject: 'ada' })),
      injectHeaders({ set: { Authorization: 'Bearer gateway' } }),
    ]) {
      const errors: GatewayError[] = [];
      const onError = (error: GatewayError) => void errors.push(error);
      const app = connect()
        .use(front)
        .use(mcpProxy({ target: upstream.target, onError }));
      const { port } = await serve(app as RequestListener);
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' });
      expectRefusal(answer, await answer.text(), errors);
    }
  });
});

describe('no challenge of the upstream comes back with credentials of the gateway’s own', () => {
  test.each([200, 202, 400, 403, 404, 429, 500, 503])('%i', async (status) => {
    for (const [, config] of OWN) {
      const { answer, body } = await answered(status, config);
      expect(answer.status).toBe(status);
      expect(body).toBe('{"error":"of the upstream"}');
      expect(challengesIn(answer)).toEqual([]);
    }
  });

  test('on an event stream', async () => {
    const upstream = await recordingUpstream((_req, res) => {
      res.writeHead(200, { ...CHALLENGES, 'Content-Type': 'text/event-stream' });
      res.end('data: 1\n\n');
    });
    const auth = () => ({ subject: 'ada' });
    const { url } = await startGateway({ target: upstream.target, auth });
    const answer = await fetch(url, { headers: { accept: 'text/event-stream' } });
    expect(await answer.text()).toBe('data: 1\n\n');
    expect(challengesIn(answer)).toEqual([]);
  });
});

describe('what the upstream says of the client’s own credentials comes back', () => {
  test.each(NOT_OWN)('with %s', async (_case, config) => {
    const { answer, body, errors } = await answered(401, config);
    expect(answer.status).toBe(401);
    expect(body).toBe('{"error":"of the upstream"}');
    expect(answer.headers.get('www-authenticate')).toBe(CHALLENGES['WWW-Authenticate']);
    expect(answer.headers.get('dpop-nonce')).toBe('evil');
    expect(errors).toEqual([]);
  });

  test('with upstreamAuth(), even where a key is set besides', async () => {
    const headers = { set: { 'X-Api-Key': 'upstream-key' } };
    const publicUrl = 'https://gateway.example/mcp';
    const { answer } = await answered(401, { auth: upstreamAuth(), publicUrl, headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer resource_metadata="https://gateway.example/.well-known/oauth-protected-resource/mcp"',
    );
  });
});
