import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ERRORS } from '../../src/errors.ts';
import {
  apiKey,
  type DescribedRequest,
  type ErrorReason,
  type GatewayConfig,
  jwt,
  requireScopes,
} from '../../src/index.ts';
import { closedPort } from '../support/closed-port.ts';
import { modern, modernHeaders } from '../support/messages.ts';
import { atTestEnd, serve } from '../support/servers.ts';
import { call, type Rig, sendDescribed, startRig, verdictOf } from './support/both.ts';

/** A configuration, what happens first, and a request. */
interface Row {
  readonly slot: string;
  readonly config?: () => Partial<GatewayConfig> | Promise<Partial<GatewayConfig>>;
  readonly mountedAt?: string;
  readonly before?: (rig: Rig) => Promise<unknown> | unknown;
  readonly request: DescribedRequest | ((rig: Rig) => DescribedRequest);
}

const HEADERS = { Host: 'gateway.example', 'Content-Type': 'application/json' };
const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
const SENT: DescribedRequest = { headers: HEADERS, message: PING };
const GET: DescribedRequest = { method: 'GET', headers: { Host: 'gateway.example' } };

const KEY = 'k'.repeat(32);
const keyOf = (scopes: readonly string[] = []) =>
  apiKey({
    keys: [{ sha256: createHash('sha256').update(KEY).digest('hex'), subject: 'alice', scopes }],
  });
const WITH_KEY = { ...HEADERS, 'X-Api-Key': KEY };
const READ = { policies: () => true };

/** Of what only an upstream does, or somebody who has read a body, a description says nothing. */
const NOT_DESCRIBED: readonly ErrorReason[] = [
  'body_consumed',
  'upstream_invalid',
  'upstream_timeout',
  'upstream_unauthorized',
  'upstream_unreachable',
];

const ROWS: Partial<Record<ErrorReason, Row>> = {
  parse_error: { slot: 'message', config: () => READ, request: { headers: HEADERS, body: '{' } },
  invalid_request: {
    slot: 'message',
    config: () => READ,
    request: { headers: HEADERS, body: '{"jsonrpc":"2.0","id":{},"method":"ping"}' },
  },
  header_mismatch: {
    slot: 'message',
    config: () => READ,
    request: {
      headers: { ...HEADERS, ...modernHeaders('tools/list') },
      body: modern('prompts/list'),
    },
  },
  repeated_header: {
    slot: 'head',
    request: { headers: { ...HEADERS, 'Mcp-Session-Id': ['a', 'b'] }, message: PING },
  },
  unexpected_body: { slot: 'methods', request: { ...GET, body: 'x' } },
  unauthorized: { slot: 'auth', config: () => ({ auth: keyOf() }), request: SENT },
  origin_not_allowed: {
    slot: 'cors',
    request: { ...SENT, headers: { ...HEADERS, Origin: 'https://evil.example' } },
  },
  host_not_allowed: { slot: 'hosts', config: () => ({ hosts: ['other.example'] }), request: SENT },
  ip_not_allowed: {
    slot: 'ipFilter',
    config: () => ({ ipFilter: { deny: ['127.0.0.0/8'] } }),
    request: SENT,
  },
  policy_denied: {
    slot: 'policies',
    config: () => ({
      policies: [
        { name: 'curious', mode: 'shadow', check: () => ({ allow: false, reason: 'watching' }) },
        { name: 'closed', check: () => ({ allow: false, reason: 'not on Fridays' }) },
      ],
    }),
    request: SENT,
  },
  insufficient_scope: {
    slot: 'policies',
    config: () => ({ auth: keyOf(), policies: requireScopes({ 'delete_*': ['write'] }) }),
    request: { headers: WITH_KEY, body: call('delete_file') },
  },
  not_found: {
    slot: 'target',
    config: () => ({ target: 'http://127.0.0.1:1/{team}/mcp' }),
    mountedAt: '/:team',
    request: { ...SENT, url: '/%01/mcp', params: { team: '\u0001' } },
  },
  session_not_found: {
    slot: 'sessions',
    config: () => ({ auth: keyOf() }),
    request: { headers: { ...WITH_KEY, 'Mcp-Session-Id': 'unknown' }, message: PING },
  },
  method_not_allowed: { slot: 'methods', request: { ...GET, method: 'PUT' } },
  payload_too_large: {
    slot: 'bodyLimit',
    config: () => ({ bodyLimit: 20 }),
    request: { ...SENT, headers: { ...HEADERS, 'Transfer-Encoding': 'chunked' } },
  },
  unsupported_media_type: {
    slot: 'message',
    config: () => READ,
    request: { ...SENT, headers: { ...HEADERS, 'Content-Type': 'text/plain' } },
  },
  rate_limited: {
    slot: 'rateLimit',
    config: () => ({ rateLimit: { limit: 1, window: '1h' } }),
    before: (rig) => sendDescribed(rig, SENT),
    request: SENT,
  },
  too_many_streams: {
    slot: 'streams',
    config: async () => ({ streams: { total: 1 }, target: await holdingStreams() }),
    before: openStream,
    request: GET,
  },
  head_too_large: {
    slot: 'head',
    // As many lines as Node's parser lets through.
    request: {
      ...GET,
      headers: { Host: 'gateway.example', Connection: 'close', A: Array(998).fill('1') },
    },
  },
  loop_detected: {
    slot: 'head',
    before: (rig) => sendDescribed(rig, SENT),
    request: ({ upstream: { seen } }) => ({
      ...SENT,
      headers: { ...HEADERS, Via: String(seen[0]?.headers.via) },
    }),
  },
  internal_error: {
    slot: 'auth',
    config: () => ({
      auth() {
        throw new Error('broken');
      },
    }),
    request: SENT,
  },
  draining: { slot: 'draining', before: ({ gateway }) => gateway.close(), request: SENT },
  overloaded: {
    slot: 'bodyLimit',
    config: () => ({
      bodyLimit: { body: '1kb', total: '1kb', perCaller: '1kb' },
      policies: { name: 'slow', check: ({ mcp }) => (mcp.name === 'held' ? held() : true) },
    }),
    before: holdBody,
    request: { headers: HEADERS, body: call('x', { args: `{"a":"${'x'.repeat(500)}"}` }) },
  },
  keys_unavailable: {
    slot: 'auth',
    config: async () => ({
      publicUrl: 'https://gateway.example/mcp',
      auth: jwt({
        issuer: 'https://idp.example',
        audience: 'x',
        jwksUri: `http://127.0.0.1:${await closedPort()}/keys`,
      }),
    }),
    request: {
      ...SENT,
      headers: { ...HEADERS, Authorization: `Bearer ${unsigned({ iss: 'https://idp.example' })}` },
    },
  },
  store_unavailable: {
    slot: 'userLimit',
    config: () => ({
      rateLimit: {
        limit: 1,
        window: '1m',
        by: 'tool',
        store: {
          increment: fail,
          get: fail,
          decrement() {},
          resetKey() {},
        },
      },
    }),
    request: { headers: HEADERS, body: call('x') },
  },
  upstream_unavailable: {
    slot: 'balance',
    config: async () => ({
      target: `http://127.0.0.1:${await closedPort()}/mcp`,
      breaker: { failures: 1 },
    }),
    before: (rig) => sendDescribed(rig, SENT),
    request: SENT,
  },
};

async function fail(): Promise<never> {
  throw new Error('The store is away');
}

function unsigned(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'ES256', typ: 'JWT' })}.${part(claims)}.c2lnbmVk`;
}

/** Holds a policy until the test is over. */
function held(): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  atTestEnd(() => resolve(true));
  arrived?.();
  return promise;
}

let arrived: (() => void) | undefined;

async function holdBody({ port }: Rig): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  arrived = resolve;
  const abort = new AbortController();
  atTestEnd(() => abort.abort());
  fetch(`http://127.0.0.1:${port}/mcp`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: call('held', { args: `{"a":"${'x'.repeat(700)}"}` }),
    signal: abort.signal,
  }).catch(() => {});
  await promise;
}

async function holdingStreams(): Promise<string> {
  const { port } = await serve((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': open\n\n');
  });
  return `http://127.0.0.1:${port}/mcp`;
}

async function openStream(rig: Rig): Promise<void> {
  const abort = new AbortController();
  atTestEnd(() => abort.abort());
  await fetch(`http://127.0.0.1:${rig.port}/mcp`, { signal: abort.signal });
}

test('every row of the error table that a described request can reach is in the table of this file', () => {
  const described = Object.keys(ERRORS).filter(
    (reason) => !NOT_DESCRIBED.includes(reason as ErrorReason),
  );
  expect(new Set(Object.keys(ROWS))).toEqual(new Set(described));
});

describe('what is explained is what happens', () => {
  test.each(Object.entries(ROWS))('%s', async (reason, row) => {
    const { config = () => ({}), before = () => {}, request: given, slot, mountedAt } = row;
    const rig = await startRig(await config(), { ...(mountedAt && { mountedAt }) });
    await before(rig);
    const request = typeof given === 'function' ? given(rig) : given;
    const records = rig.records.length;
    const sent = rig.upstream.seen.length;
    const stats = rig.gateway.stats();

    const explained = await rig.gateway.explain(request);
    expect(rig.gateway.stats()).toEqual(stats);
    expect(rig.records).toHaveLength(records);
    expect(verdictOf(explained)).toMatchObject({ reason, slot, denying: 1 });
    expect(explained).toMatchObject({ target: undefined, headers: undefined });

    const { status, record } = await sendDescribed(rig, request);
    expect(rig.upstream.seen).toHaveLength(sent);
    expect(record).toMatchObject({ reason, slot, status });
    expect(verdictOf(explained)).toMatchObject({ status, policy: record.policy });
    if (reason !== 'keys_unavailable') expect(verdictOf(explained).detail).toBe(record.detail);
  });
});
