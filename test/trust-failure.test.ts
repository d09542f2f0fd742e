import { expect, test } from '@jest/globals';
import express from 'express';
import {
  accessLog,
  allowTools,
  createMcpGateway,
  type GatewayConfig,
  type GatewayError,
  injectHeaders,
  ipFilter,
  mcpProxy,
  policy,
  type RequestRecord,
  throttle,
} from '../src/index.ts';
import { serve } from './support/servers.ts';
import { recordingUpstream } from './support/upstream.ts';

const failing = () => {
  throw new Error('/srv/app/trust.js failed');
};

async function expectFailure(port: number, path: string, errors: readonly GatewayError[] = []) {
  for (const method of ['POST', 'GET']) {
    const headers = { ...FORWARDED, 'Content-Type': 'application/json' };
    const body = method === 'POST' ? '{"jsonrpc":"2.0","id":1,"method":"ping"}' : null;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body });
    const text = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'application/json']);
    expect(JSON.parse(text).error.data).toEqual({ reason: 'internal_error' });
    expect(text).not.toMatch(/trust|\.js|\bat /);
  }
  for (const { cause } of errors) expect(String(cause)).toBe('Error: /srv/app/trust.js failed');
}

/** Without it, Express asks nobody whom to trust. */
const FORWARDED = { 'X-Forwarded-For': '192.0.2.1' };

const quiet = { info() {}, warn() {}, error() {} };

const OPTIONS: readonly [string, Partial<GatewayConfig>][] = [
  ['streams.perIp and observe', { streams: { perIp: 1 }, observe: accessLog(quiet) }],
  ['observe', { observe: accessLog(quiet) }],
  ['observe, by an observer that asks', { observe: { onRequest: ({ ip }) => void ip } }],
  ['a limit by address', { rateLimit: { limit: 9, window: '1m' } }],
  ['a limit by user', { rateLimit: { limit: 9, window: '1m', by: 'user' } }],
  [
    'a limit by tool',
    {
      rateLimit: [
        { limit: 9, window: '1m', by: ['ip', 'tool'] },
        { limit: 9, window: '2m' },
      ],
    },
  ],
  ['ipFilter', { ipFilter: { deny: ['192.0.2.9'] } }],
  ['a header that asks', { headers: { set: { 'X-Ip': ({ ip }) => ip } } }],
  ['X-Forwarded-For', { headers: { forward: ['X-Forwarded-For'] } }],
  ['an authenticator that asks', { auth: (req) => ({ subject: String(Reflect.get(req, 'ip')) }) }],
  ['middleware that asks', { use: (req, _res, next) => next(req.ip === undefined) }],
];

test.each(OPTIONS)(
  'a trust proxy function that throws is 500 and reported: %s',
  async (_, config) => {
    const upstream = await recordingUpstream();
    const errors: GatewayError[] = [];
    const app = express();
    app.set('trust proxy', failing);
    const { target } = upstream;
    app.use(createMcpGateway({ target, onError: (error) => errors.push(error), ...config }));
    const { port } = await serve(app);
    await expectFailure(port, '/mcp', errors);
    expect(errors.map(({ reason }) => reason)).toEqual(['internal_error', 'internal_error']);
    expect(upstream.seen).toEqual([]);
  },
);

/** Without those in which it is the app that asks Express. */
const OWN = OPTIONS.filter(([name]) => !/(authenticator|middleware) that asks/.test(name));

test.each(OWN)('one that is async is 500, whatever comes of it: %s', async (_, config) => {
  for (const trusts of [async () => true, async () => failing()]) {
    const upstream = await recordingUpstream();
    const app = express();
    app.set('trust proxy', trusts);
    app.use(createMcpGateway({ target: upstream.target, ...config }));
    const { port } = await serve(app);
    await expectFailure(port, '/mcp');
    expect(upstream.seen).toEqual([]);
  }
});

test('streams.perIp alone: a GET is 500, a POST needs no address', async () => {
  const upstream = await recordingUpstream();
  const app = express();
  app.set('trust proxy', failing);
  app.use(createMcpGateway({ target: upstream.target, streams: { perIp: 1 } }));
  const { port } = await serve(app);
  const answer = await fetch(`http://127.0.0.1:${port}/mcp`, { headers: FORWARDED });
  expect(await answer.json()).toMatchObject({ error: { data: { reason: 'internal_error' } } });
  const post = { method: 'POST', headers: FORWARDED };
  expect((await fetch(`http://127.0.0.1:${port}/mcp`, post)).status).toBe(200);
});

test('where nothing goes by the address, the request passes', async () => {
  const upstream = await recordingUpstream();
  const app = express();
  app.set('trust proxy', failing);
  app.use(createMcpGateway({ target: upstream.target }));
  const { port } = await serve(app);
  const post = { method: 'POST', headers: FORWARDED };
  expect((await fetch(`http://127.0.0.1:${port}/mcp`, post)).status).toBe(200);
});

test('observers have a record of it, without an address', async () => {
  const upstream = await recordingUpstream();
  const records: RequestRecord[] = [];
  const app = express();
  app.set('trust proxy', failing);
  const observe = { onClose: (record: RequestRecord) => void records.push(record) };
  app.use(createMcpGateway({ target: upstream.target, observe }));
  const { port } = await serve(app);
  await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', headers: FORWARDED });
  expect(records).toMatchObject([
    { ip: '', slot: 'observe', reason: 'internal_error', status: 500 },
  ]);
});

test.each([
  ['ipFilter', ipFilter({ deny: ['192.0.2.9'] })],
  ['throttle', throttle({ limit: 9, window: '1m' })],
  ['injectHeaders', injectHeaders({ set: { 'X-Ip': ({ ip }) => ip } })],
])('%s by itself answers with 500 as well', async (_, slot) => {
  const upstream = await recordingUpstream();
  const app = express();
  app.set('trust proxy', failing);
  app.use('/mcp', slot, mcpProxy({ target: upstream.target }));
  const { port } = await serve(app);
  await expectFailure(port, '/mcp');
  expect(upstream.seen).toEqual([]);
});

test.each([undefined, null])('one that throws %p lets nothing pass', async (nothing) => {
  const upstream = await recordingUpstream();
  const app = express();
  app.set('trust proxy', () => {
    throw nothing;
  });
  const { target } = upstream;
  const rateLimit = { limit: 9, window: '1m', by: ['ip', 'tool'] } as const;
  app.use('/policy', policy(allowTools('*')), mcpProxy({ target }));
  app.use('/throttle', throttle(rateLimit), mcpProxy({ target }));
  app.use(createMcpGateway({ target, rateLimit, streams: { perIp: 1 } }));
  const { port } = await serve(app);
  const message = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}';
  for (const [path, method] of [
    ['/policy', 'POST'],
    ['/throttle', 'POST'],
    ['/mcp', 'POST'],
    ['/mcp', 'GET'],
  ] as const) {
    const headers = { ...FORWARDED, 'Content-Type': 'application/json' };
    const body = method === 'POST' ? message : null;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body });
    expect([path, answer.status]).toEqual([path, 500]);
    expect(await answer.json()).toMatchObject({ error: { data: { reason: 'internal_error' } } });
  }
  expect(upstream.seen).toEqual([]);
});

test('policy by itself denies', async () => {
  const upstream = await recordingUpstream();
  const app = express();
  app.set('trust proxy', failing);
  app.use(
    '/mcp',
    policy(({ ip }) => ip !== ''),
    mcpProxy({ target: upstream.target }),
  );
  const { port } = await serve(app);
  const init = {
    method: 'POST',
    headers: { ...FORWARDED, 'Content-Type': 'application/json' },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  };
  const answer = await fetch(`http://127.0.0.1:${port}/mcp`, init);
  expect([403, 500]).toContain(answer.status);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(upstream.seen).toEqual([]);
});
