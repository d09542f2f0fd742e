import { createHook } from 'node:async_hooks';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toolPinning } from '../../src/exports/pinning.ts';
import {
  clientCredentials,
  type DescribedRequest,
  denyTools,
  type GatewayConfig,
  introspection,
  jwt,
  type Observer,
} from '../../src/index.ts';
import { atTestEnd } from '../support/servers.ts';
import { call, startRig } from './support/both.ts';

/** What Node makes for a look-up of a name, and for a connection. */
const OF_NETWORK = new Set([
  'GETADDRINFOREQWRAP',
  'QUERYWRAP',
  'TCPCONNECTWRAP',
  'PIPECONNECTWRAP',
]);

/** No name of a host here exists. */
const ISSUER = 'https://issuer.invalid';
const effects: string[] = [];
const noted = (name: string) => (): undefined => {
  effects.push(name);
};
const hits = { totalHits: 1, resetTime: new Date(Date.now() + 60_000) };
const counting = {
  increment: async () => {
    effects.push('increment');
    return hits;
  },
  decrement: async () => noted('decrement')(),
  resetKey: async () => noted('resetKey')(),
  get: async () => hits,
};
const observe: Observer = {
  onRequest: noted('onRequest'),
  onDecision: noted('onDecision'),
  onClose: noted('onClose'),
};

const CONFIGS: Partial<GatewayConfig>[] = [
  { target: 'http://upstream.invalid/mcp', rateLimit: { limit: 3, window: '1h', by: 'tool' } },
  {
    target: ['http://a.invalid/mcp', 'http://b.invalid/mcp'],
    // Neither is busier than the other: without a key, chance would choose.
    balance: ({ req }) => String(req.headers['x-user']),
    auth: (req) => (req.headers['x-user'] ? { subject: String(req.headers['x-user']) } : null),
    sessions: { ttl: '1m' },
    streams: { total: 2, perUser: 1 },
    policies: [toolPinning(), denyTools('delete_*')],
    bodyLimit: { body: 400, total: 1000, perCaller: 800 },
  },
  {
    target: 'http://upstream.invalid/mcp',
    publicUrl: 'https://gateway.example/mcp',
    auth: jwt({ issuer: ISSUER, audience: 'https://gateway.example/mcp' }),
    rateLimit: { limit: 3, window: '1h', store: counting },
    headers: {
      set: {
        Authorization: clientCredentials({
          tokenUrl: `${ISSUER}/token`,
          clientId: 'a',
          clientSecret: 'b',
        }),
        'X-Made': noted('headers.set'),
      },
    },
    use: noted('use'),
  },
  {
    target: 'http://upstream.invalid/mcp',
    publicUrl: 'https://gateway.example/mcp',
    auth: introspection({
      url: `${ISSUER}/introspect`,
      clientId: 'a',
      clientSecret: 'b',
      audience: 'https://gateway.example/mcp',
    }),
    cors: { origin: 'https://app.example' },
    breaker: { failures: 1, openFor: '1s' },
  },
];

const header = fc.constantFrom(
  ['Host', 'gateway.example'],
  ['Content-Type', 'application/json'],
  ['Content-Type', 'text/plain'],
  ['Accept', 'application/json, text/event-stream'],
  ['Origin', 'https://app.example'],
  ['Origin', 'https://other.example'],
  ['X-User', 'alice'],
  ['Authorization', 'Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.c2ln'],
  ['Authorization', 'Basic YTpi'],
  ['Mcp-Session-Id', 'session'],
  ['MCP-Protocol-Version', '2025-11-25'],
  ['MCP-Protocol-Version', '2026-07-28'],
  ['Last-Event-ID', '1'],
  ['Transfer-Encoding', 'chunked'],
  ['Expect', '100-continue'],
  ['Connection', 'upgrade'],
);
const described = fc.record<DescribedRequest>(
  {
    method: fc.constantFrom('POST', 'GET', 'DELETE', 'OPTIONS', 'HEAD', 'PUT', 'QUERY'),
    headers: fc.array(header, { maxLength: 8 }).map((lines) => Object.fromEntries(lines)),
    ip: fc.oneof(fc.ipV4(), fc.ipV6()),
    body: fc.oneof(
      fc.constantFrom(call('read'), call('delete_all'), '', '{', '[]', 'x'.repeat(500)),
      fc.json(),
      fc.uint8Array({ maxLength: 50 }),
    ),
    url: fc.constantFrom('/mcp', '/mcp/', '/api/mcp?a=b', '/mcp?access_token=x'),
  },
  { requiredKeys: [] },
);

/** It is relayed where no credentials are needed, and refused with 401 where some are. */
const SURE: DescribedRequest = {
  headers: { Host: 'gateway.example', 'Content-Type': 'application/json' },
  body: call('read'),
};

test('whatever is described, nothing is counted, told, looked up or connected to', async () => {
  const opened: string[] = [];
  const hook = createHook({
    init(_id, type) {
      if (OF_NETWORK.has(type)) opened.push(type);
    },
  }).enable();
  atTestEnd(() => void hook.disable());
  const rigs = await Promise.all(CONFIGS.map((config) => startRig({ ...config, observe })));
  opened.length = 0;
  const reasons = new Set<string>();
  for (const { gateway } of rigs) {
    const before = gateway.stats();
    const pins = gateway.pins();
    await fc.assert(
      fc.asyncProperty(described, async (request) => {
        const first = await gateway.explain(request);
        reasons.add(first.reason);
        expect(await gateway.explain(request)).toEqual(first);
        expect(gateway.stats()).toEqual(before);
      }),
      { numRuns: 60, examples: [[SURE]] },
    );
    expect(gateway.pins()).toEqual(pins);
  }
  expect({ opened, effects }).toEqual({ opened: [], effects: [] });
  // The test has met more than the first slot.
  expect([...reasons]).toEqual(expect.arrayContaining(['relayed', 'unauthorized']));

  // A request that is sent shows in both.
  await fetch(`http://127.0.0.1:${rigs[2]?.port}/mcp`, { method: 'POST', body: call('read') });
  expect(opened).toContain('TCPCONNECTWRAP');
  expect(effects).toContain('onRequest');
});
