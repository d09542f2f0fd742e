import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  apiKey,
  type DescribedRequest,
  type Explanation,
  type GatewayConfig,
  upstreamAuth,
} from '../../src/index.ts';
import { serve } from '../support/servers.ts';
import { type RecordingUpstream, recordingUpstream } from '../support/upstream.ts';
import { call, sendDescribed, startRig, verdictOf } from './support/both.ts';

const HEADERS = { Host: 'gateway.example', 'Content-Type': 'application/json' };
const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
const KEY = 'k'.repeat(32);
const keys = apiKey({
  keys: [{ sha256: createHash('sha256').update(KEY).digest('hex'), subject: 'alice' }],
});

/** What frames a message, or is about one connection. */
const OF_CONNECTION = ['connection', 'transfer-encoding', 'keep-alive'];

/** The explained header fields in place of secrets, and those that came in place of all others. */
function compared({ headers = {} }: Explanation, upstream: RecordingUpstream) {
  const came = upstream.seen.at(-1)?.headers ?? {};
  const all = Object.entries(came).filter(([name]) => !OF_CONNECTION.includes(name));
  return Object.fromEntries(
    all.map(([name, value]) => [name, headers[name] === '•••' ? '•••' : value]),
  );
}

interface Sent {
  readonly config: Partial<GatewayConfig>;
  readonly request: DescribedRequest;
  readonly hidden?: readonly string[];
  readonly mountedAt?: string;
}

const ALLOWED: Readonly<Record<string, Sent>> = {
  'a call with nothing configured': {
    config: {},
    request: { headers: { ...HEADERS, 'User-Agent': 'agent/1', Cookie: 'a=1' }, message: PING },
  },
  'a GET': {
    config: {},
    request: { method: 'GET', headers: { Host: 'gateway.example', Accept: 'text/event-stream' } },
  },
  'a body of unknown length': {
    config: {},
    request: { headers: { ...HEADERS, 'Transfer-Encoding': 'chunked' }, message: PING },
  },
  'headers that are forwarded, set, removed and computed': {
    config: {
      headers: {
        forward: ['X-Tenant', 'X-Client-Secret'],
        set: {
          'X-Plan': 'gold',
          'X-Api-Key': 'constant',
          'X-Hidden': 'constant',
          'X-User': () => 'computed',
          Authorization: () => 'Bearer computed',
        },
        remove: ['User-Agent'],
        secret: ['X-Hidden'],
        host: 'mcp.internal',
      },
    },
    request: {
      headers: {
        ...HEADERS,
        'X-Tenant': ['a', 'b'],
        'X-Client-Secret': 's',
        'X-Other': 'ends here',
        'User-Agent': 'agent/1',
      },
      message: PING,
    },
    hidden: ['authorization', 'x-api-key', 'x-client-secret', 'x-hidden', 'x-user'],
  },
  'the key of a caller ends here': {
    config: { auth: keys, policies: () => true, filterLists: true },
    request: {
      headers: { ...HEADERS, 'X-Api-Key': KEY, 'Accept-Encoding': 'gzip' },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    },
  },
  "a token that is the upstream's to judge": {
    config: { auth: upstreamAuth(), publicUrl: 'https://gateway.example/mcp' },
    request: { headers: { ...HEADERS, Authorization: 'Bearer token' }, message: PING },
    hidden: ['authorization'],
  },
  'where the gateway is mounted on a path': {
    config: { path: '/' },
    mountedAt: '/api/mcp',
    request: { headers: HEADERS, message: PING, url: '/api/mcp' },
  },
};

describe('what is explained goes upstream', () => {
  test.each(Object.entries(ALLOWED))(
    '%s',
    async (_, { config, request, hidden = [], ...where }) => {
      const rig = await startRig(config, where);
      const explained = await rig.gateway.explain(request);
      expect(rig.upstream.seen).toEqual([]);
      expect(verdictOf(explained)).toMatchObject({ denying: 0, reason: 'relayed' });
      expect(explained.status).toBeUndefined();

      const { record, status } = await sendDescribed(rig, request);
      expect({ status, reason: record.reason }).toEqual({ status: 200, reason: 'relayed' });
      expect(explained.target).toBe(record.target);
      expect(explained.headers).toEqual(compared(explained, rig.upstream));
      const shown = Object.entries(explained.headers ?? {});
      const secret = shown.filter(([, value]) => value === '•••').map(([name]) => name);
      expect(secret.sort((a, b) => a.localeCompare(b))).toEqual(hidden);
    },
  );
});

test('a preflight is answered, and asks no other slot', async () => {
  const rig = await startRig({ cors: { origin: ['https://app.example'] } });
  const request = {
    method: 'OPTIONS',
    headers: {
      Host: 'gateway.example',
      Origin: 'https://app.example',
      'Access-Control-Request-Method': 'POST',
    },
  };
  const { slots, ...explained } = await rig.gateway.explain(request);
  expect(explained).toEqual({
    status: 204,
    reason: 'answered',
    target: undefined,
    headers: undefined,
  });
  expect(slots.map(({ outcome }) => outcome)).not.toContain('deny');
  const { status, record } = await sendDescribed(rig, request);
  expect({ status, reason: record.reason }).toEqual({ status: 204, reason: 'answered' });
});

test('a session is let in by its owner alone, and goes to the target where it lives', async () => {
  const upstreams = await Promise.all([1, 2, 3].map(() => sessionUpstream()));
  const rig = await startRig({
    target: upstreams.map(({ port }) => `http://127.0.0.1:${port}/mcp`),
    auth: (req) => ({ subject: String(req.headers['x-user']) }),
    publicUrl: 'https://gateway.example/mcp',
  });
  const headers = { ...HEADERS, 'X-User': 'alice' };
  const begun = await sendDescribed(rig, {
    headers,
    body: '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}',
  });
  const session = { ...headers, 'Mcp-Session-Id': 'the-session' };
  for (let i = 0; i < 5; i += 1) {
    const explained = await rig.gateway.explain({ headers: session, message: PING });
    expect(explained.target).toBe(begun.record.target);
  }
  const bobs = { headers: { ...session, 'X-User': 'bob' }, message: PING };
  expect(verdictOf(await rig.gateway.explain(bobs))).toMatchObject({
    slot: 'sessions',
    reason: 'session_not_found',
    status: 404,
  });
  const asAlice = { ...bobs, principal: { subject: 'alice' } };
  expect((await rig.gateway.explain(asAlice)).target).toBe(begun.record.target);
});

async function sessionUpstream() {
  return serve((req, res) => {
    req.resume();
    res.setHeader('Content-Type', 'application/json').setHeader('Mcp-Session-Id', 'the-session');
    res.end('{"jsonrpc":"2.0","id":1,"result":{}}');
  });
}

test('names in the target are filled in from params, claims and the query', async () => {
  const upstream = await recordingUpstream();
  const { gateway } = await startRig(
    {
      target: 'http://127.0.0.1:1/{team}/{claims.org}/mcp',
      auth: () => ({ subject: 'alice', claims: { org: 'acme' } }),
    },
    { mountedAt: '/:team', upstream },
  );
  const request = { message: PING, url: '/blue/mcp', params: { team: 'blue' } };
  expect(await gateway.explain(request)).toMatchObject({
    target: '127.0.0.1:1',
    reason: 'relayed',
  });
  expect(verdictOf(await gateway.explain({ ...request, params: {} }))).toMatchObject({
    slot: 'target',
    reason: 'internal_error',
    status: 500,
  });
  expect(
    verdictOf(await gateway.explain({ ...request, principal: { subject: 'alice' } })),
  ).toMatchObject({ slot: 'auth', reason: 'policy_denied', status: 403 });
});

test('each slot has a row, in order, with what it left out', async () => {
  const { gateway } = await startRig({
    auth: keys,
    policies: [
      { name: 'curious', mode: 'shadow', check: () => ({ allow: false, reason: 'watching' }) },
      ({ mcp }) => mcp.name !== 'delete',
    ],
    use: [(_req, _res, next) => next(), (_req, _res, next) => next()],
    headers: { set: { 'X-User': () => 'alice' } },
  });
  const principal = { subject: 'alice' };
  const allowed = await gateway.explain({ headers: HEADERS, body: call('read'), principal });
  expect(
    allowed.slots.map(({ slot, outcome, mode, detail }) => [slot, outcome, mode, detail]),
  ).toEqual([
    ['cors', 'allow', undefined, undefined],
    ['head', 'allow', undefined, undefined],
    ['draining', 'allow', undefined, undefined],
    ['methods', 'allow', undefined, undefined],
    ['auth', 'allow', undefined, undefined],
    ['sessions', 'allow', undefined, undefined],
    ['bodyLimit', 'allow', undefined, undefined],
    ['message', 'allow', undefined, undefined],
    ['policies', 'deny', 'shadow', 'watching'],
    ['policies', 'allow', undefined, undefined],
    ['use', 'skipped', undefined, 'not run: use[0], use[1]'],
    ['headers', 'skipped', undefined, 'not run: headers.set.X-User'],
  ]);
  const denied = await gateway.explain({ headers: HEADERS, body: call('delete'), principal });
  expect(denied.slots.slice(-4)).toEqual([
    expect.objectContaining({
      slot: 'policies',
      outcome: 'deny',
      mode: 'shadow',
      policy: 'curious',
    }),
    {
      slot: 'policies',
      outcome: 'deny',
      reason: 'policy_denied',
      policy: 'policy 2',
      detail: undefined,
    },
    expect.objectContaining({ slot: 'use', outcome: 'skipped', detail: 'not reached' }),
    expect.objectContaining({ slot: 'headers', outcome: 'skipped', detail: 'not reached' }),
  ]);
});
