import { isNativeError } from 'node:util/types';
import { describe, expect, test } from '@jest/globals';
import { type GatewayConfig, type GatewayError, jwt, type RequestRecord } from '../../src/index.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { closedPort } from '../support/closed-port.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { reset } from '../support/servers.ts';
import { answering, rawUpstream, type UpstreamConnection } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
const LONG = `${OK}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{"a":`;
const STREAM = `${OK}Content-Type: text/event-stream\r\n\r\ndata: 1\n\n`;
const TIMEOUT = { connect: 500, response: 500, idle: 500, stream: 500 };

/** What an upstream does, and what the record says of it. */
interface Fault {
  readonly target: () => Promise<string>;
  readonly reason: RequestRecord['reason'];
  readonly detail: string | RegExp;
  /** Whether a timer has to run out. */
  readonly isSlow?: true;
}

/** An upstream on a bare connection. */
const raw = (onConnection?: (connection: UpstreamConnection) => void) => async () =>
  String((await rawUpstream(onConnection)).target);

const secured = (onConnection?: (connection: UpstreamConnection) => void) => async () =>
  (await raw(onConnection)()).replace('http:', 'https:');

const FAULTS: Readonly<Record<string, Fault>> = {
  'nobody listens': {
    target: async () => `http://127.0.0.1:${await closedPort()}/up/mcp`,
    reason: 'upstream_unreachable',
    detail: 'ECONNREFUSED',
  },
  'the host is unknown': {
    target: async () => `http://${'x'.repeat(64)}.invalid/up/mcp`,
    reason: 'upstream_unreachable',
    detail: 'ENOTFOUND',
  },
  'TLS to a port without it': {
    target: secured((connection) => {
      connection.has(/./).then(() => connection.socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    }),
    reason: 'upstream_unreachable',
    detail: /^(ERR_SSL_\w+|EPROTO)$/,
  },
  'a handshake that never ends': {
    target: secured(),
    reason: 'upstream_timeout',
    detail: 'connect timer',
    isSlow: true,
  },
  'a redirect': {
    target: raw(answering('HTTP/1.1 307 Moved\r\nLocation: https://x.example/a?k=1\r\n\r\n')),
    reason: 'upstream_invalid',
    detail: 'redirect to https://x.example/a',
  },
  'no answer': {
    target: raw(),
    reason: 'upstream_timeout',
    detail: 'response timer',
    isSlow: true,
  },
  'what is no HTTP': {
    target: raw(answering('SSH-2.0-OpenSSH_9.9\r\n\r\n')),
    reason: 'upstream_invalid',
    detail: /^HPE_[A-Z_]+$/,
  },
  'a connection that is reset': {
    target: raw(onHead((socket) => reset(socket))),
    reason: 'upstream_unreachable',
    detail: 'ECONNRESET',
  },
};

const LEAK = /127\.0\.0\.1|x\.example|\bE[A-Z]{4,}\b|ERR_|HPE_|SSH|timer|redirect|CERT/;

/** `onError` was told once, with an error as the cause. */
function expectCause(errors: readonly GatewayError[], reason: RequestRecord['reason']): void {
  expect(errors.map((error) => [error.reason, isNativeError(error.cause)])).toEqual([
    [reason, true],
  ]);
}

/** Its timers run out where a test lets time pass, and nowhere else. */
async function failing(target: GatewayConfig['target'], config: Partial<GatewayConfig> = {}) {
  holdTimers();
  const observe = witness();
  const gateway = await startGateway({ target, timeout: TIMEOUT, observe, ...config });
  return { ...gateway, observe };
}

describe('the record says why the upstream failed, onError has the error, the client neither', () => {
  const details = new Set<string>();

  test.each(Object.entries(FAULTS))('%s', async (_what, { target, reason, detail, isSlow }) => {
    const url = await target();
    const { port, observe, errors } = await failing(url);
    const asked = exchange(port, rawRequest());
    const client = await (isSlow ? inHeldTime(asked) : asked);
    const record = await observe.record();
    expect(record).toMatchObject({ reason, end: 'complete' });
    expect(record.detail).toMatch(typeof detail === 'string' ? new RegExp(`^${detail}$`) : detail);
    expectCause(errors, reason);
    expect(client.text).not.toMatch(LEAK);
    expect(details).not.toContain(record.detail);
    details.add(record.detail as string);
  });
});

describe('an answer that has begun', () => {
  test.each([
    ['a silent one, by its timer', LONG, 'upstream_timeout', 'idle timer'] as const,
    ['a stream, by its timer', STREAM, 'upstream_timeout', 'stream timer'] as const,
  ])('%s', async (_what, bytes, end, detail) => {
    const { target } = await rawUpstream(answering(bytes));
    const { port, observe, errors } = await failing(target);
    const client = (await rawClient(port)).send(rawRequest());
    await inHeldTime(client.closed());
    expect(await observe.record()).toMatchObject({ status: 200, reason: 'relayed', end, detail });
    expectCause(errors, end);
  });

  test.each([
    ['ended', (connection: UpstreamConnection) => void connection.socket.end()],
    ['reset', (connection: UpstreamConnection) => reset(connection.socket)],
  ])('a connection that is %s within it', async (_how, lose) => {
    const upstream = await rawUpstream(answering(LONG));
    const { port, observe, errors } = await failing(upstream.target);
    const client = (await rawClient(port)).send(rawRequest());
    await client.has(/\{"a":/);
    lose(await upstream.connection(0));
    await client.closed();
    const record = await observe.record();
    expect(record).toMatchObject({ reason: 'relayed', end: 'upstream_invalid' });
    expect(['connection lost', 'ECONNRESET']).toContain(record.detail);
    expectCause(errors, 'upstream_invalid');
  });
});

describe('what keeps a request from being sent at all', () => {
  test('no target takes it', async () => {
    const target = `http://127.0.0.1:${await closedPort()}/mcp`;
    const { port, observe, errors } = await failing(target, { breaker: { failures: 1 } });
    await exchange(port, rawRequest());
    await exchange(port, rawRequest());
    expect(await observe.record(1)).toMatchObject({
      slot: 'balance',
      reason: 'upstream_unavailable',
      detail: '1 open',
    });
    expectCause(errors.slice(1), 'upstream_unavailable');
  });

  test('a function of the app fails', async () => {
    const auth = () => {
      throw new TypeError('May hold a secret');
    };
    const { port, observe } = await failing('http://127.0.0.1:9/mcp', { auth });
    await exchange(port, rawRequest());
    const record = await observe.record();
    expect(record).toMatchObject({ slot: 'auth', reason: 'internal_error' });
    expect(record.detail).toMatch(/^auth failed: TypeError at .*details\.test\.ts:\d+:\d+$/);
  });

  test('the keys of an issuer cannot be fetched', async () => {
    const issuer = `http://127.0.0.1:${await closedPort()}`;
    const parts = [{ alg: 'RS256' }, { iss: issuer, aud: 'x', sub: 'x', exp: 9_999_999_999 }, 'x'];
    const encoded = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    const { port, observe } = await failing('http://127.0.0.1:9/mcp', {
      publicUrl: 'https://gateway.example/mcp',
      auth: jwt({ issuer, audience: 'x' }),
    });
    const headers = { Authorization: `Bearer ${encoded.join('.')}` };
    await exchange(port, rawRequest({ headers }));
    expect(await observe.record()).toMatchObject({
      slot: 'auth',
      reason: 'keys_unavailable',
      detail: `No metadata of ${issuer} says what is needed: ECONNREFUSED`,
    });
  });
});
