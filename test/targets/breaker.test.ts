import { describe, expect, jest, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { headOf, requestBytes } from '../support/client/request.ts';
import { holdTimers } from '../support/fake-time.ts';
import { reset } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';
import { attempt, type Rig, refusedFor, SECOND, startRig } from './support/breaker-rig.ts';
import { type Answering, type Instance, instances, JSON_TYPE } from './support.ts';

const EVENTS = { 'Content-Type': 'text/event-stream' } as const;

/** Answers with a status and nothing else. */
const status =
  (code: number, headers: Record<string, string> = {}): Answering =>
  (_req, res) =>
    void res.writeHead(code, headers).end();

/** Answers with these bytes, and closes. */
const bytes =
  (text: string): Answering =>
  ({ socket }) =>
    void socket.end(text);

const well: Answering = (_req, res) => void res.writeHead(200, JSON_TYPE).end('{}');

async function one(config: Partial<GatewayConfig> = {}): Promise<Rig & { upstream: Instance }> {
  const all = await instances(1);
  const [upstream] = all as [Instance];
  return { upstream, ...(await startRig(all, config)) };
}

describe('opens after five failures in a row', () => {
  const FAILURES: [what: string, answering: Answering, config?: Partial<GatewayConfig>][] = [
    ['502', status(502)],
    ['503', status(503)],
    ['504', status(504)],
    ['a connection that is reset before the answer', ({ socket }) => void socket.resetAndDestroy()],
    ['a connection that is closed before the answer', bytes('')],
    ['half a head', bytes('HTTP/1.1 200 OK\r\nContent-Le')],
    [
      'half an answer',
      (_req, res) =>
        void res
          .writeHead(200, { ...JSON_TYPE, 'Content-Length': '99' })
          .write('{', () => res.destroy()),
    ],
    [
      'an event stream that breaks off',
      (_req, res) => void res.writeHead(200, EVENTS).write('data: 1\n\n', () => res.destroy()),
    ],
    ['no answer in time', () => {}, { timeout: { response: '1m' } }],
    ['what is no HTTP', bytes('SSH-2.0-OpenSSH\r\n\r\n')],
  ];

  test.each(FAILURES)('%s', async (_what, answering, config = {}) => {
    const { upstream, port, states, gateway } = await one(config);
    upstream.answering = answering;
    holdTimers();
    for (let count = 1; count <= 5; count += 1) {
      const attempted = attempt(port);
      await upstream.has(count);
      if (config.timeout) jest.advanceTimersByTime(60 * SECOND);
      await attempted;
      expect(states()).toEqual([count < 5 ? `closed ${count}` : 'open 5']);
    }
    const seconds = refusedFor(await attempt(port));
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThanOrEqual(33);
    expect(upstream.seen).toHaveLength(5);
    expect(gateway.targets()[0]?.open).toBe(0);
  });

  test('nobody listens', async () => {
    const { upstream, port, states } = await one();
    await upstream.crash();
    for (let i = 0; i < 5; i += 1) {
      expect((await attempt(port))?.status).toBe(502);
    }
    expect(states()).toEqual(['open 5']);
    await upstream.start();
    refusedFor(await attempt(port));
    expect(upstream.seen).toEqual([]);
  });

  test('no TLS', async () => {
    const all = await instances(1);
    const [upstream] = all as [Instance];
    const target = upstream.url.replace('http:', 'https:');
    const { port, states } = await startRig(all, { target });
    for (let i = 0; i < 5; i += 1) await attempt(port);
    expect(states()).toEqual(['open 5']);
  });

  test.each(['GET', 'DELETE'])('of a %s as well', async (method) => {
    const { upstream, port, states } = await one();
    upstream.answering = status(503);
    for (let i = 0; i < 5; i += 1) await attempt(port, { method });
    expect(states()).toEqual(['open 5']);
    refusedFor(await attempt(port, { method }));
  });

  test('requests that fail at the same time', async () => {
    const { upstream, port, states } = await one();
    upstream.answering = status(502);
    await Promise.all(Array.from({ length: 5 }, () => attempt(port)));
    expect(states()).toEqual(['open 5']);
  });

  test('as many as configured, of the statuses that are configured', async () => {
    const breaker = { failures: 2, openFor: '2m', statuses: [500] };
    const { upstream, port, states } = await one({ breaker });
    upstream.answering = status(503);
    for (let i = 0; i < 5; i += 1) await attempt(port);
    expect(states()).toEqual(['closed 0']);
    upstream.answering = status(500);
    for (let i = 0; i < 2; i += 1) await attempt(port);
    expect(states()).toEqual(['open 2']);
    expect(refusedFor(await attempt(port))).toBeGreaterThanOrEqual(120);
  });

  test('with breaker: false it never does', async () => {
    const { upstream, port, states } = await one({ breaker: false });
    upstream.answering = status(503);
    for (let i = 0; i < 12; i += 1) await attempt(port);
    expect(states()).toEqual(['closed 0']);
    expect(upstream.seen).toHaveLength(12);
  });

  test('one target has none unless it is asked for', async () => {
    const { upstream, port } = await one({ breaker: undefined } as never);
    upstream.answering = status(503);
    for (let i = 0; i < 6; i += 1) await attempt(port);
    expect(upstream.seen).toHaveLength(6);
  });
});

describe('stays closed', () => {
  const STATUSES = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 501, 505];
  const ANSWERS: [what: string, answering: Answering, config?: Partial<GatewayConfig>][] = [
    ...STATUSES.map((code): [string, Answering] => [String(code), status(code)]),
    ['429 with Retry-After', status(429, { 'Retry-After': '60' })],
    ['a redirect', status(307, { Location: '/elsewhere' })],
    [
      'a transfer coding that must not be passed on',
      bytes('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'),
    ],
    ['a status that is none', bytes('HTTP/1.1 777 So\r\nContent-Length: 0\r\n\r\n')],
    ['a head that is too long', bytes(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)],
    [
      'a tool error',
      (_req, res) =>
        void res
          .writeHead(200, JSON_TYPE)
          .end('{"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[]}}'),
    ],
    [
      'a JSON-RPC error',
      (_req, res) =>
        void res
          .writeHead(200, JSON_TYPE)
          .end('{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"no"}}'),
    ],
    [
      'an answer that is silent for too long',
      (_req, res) => void res.writeHead(200, JSON_TYPE).write('{'),
      { timeout: { idle: 30 } },
    ],
    [
      'an event stream that is open for too long',
      (_req, res) => void res.writeHead(200, EVENTS).write('data: 1\n\n'),
      { timeout: { stream: 30 } },
    ],
    [
      'bytes behind the end of an answer',
      bytes('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}and more\r\n'),
    ],
  ];

  test.each(ANSWERS)('after %s', async (_what, answering, config = {}) => {
    const { upstream, port, states } = await one(config);
    upstream.answering = answering;
    for (let i = 0; i < 6; i += 1) await attempt(port);
    expect(states()).toEqual(['closed 0']);
    expect(upstream.seen).toHaveLength(6);
  });

  test('after requests that the gateway refuses itself', async () => {
    const { upstream, port, states } = await one({ bodyLimit: 50, cors: { origin: [] } });
    const long = 'x'.repeat(100);
    const refused = Array.from({ length: 6 }, () => [
      attempt(port, { body: long }),
      attempt(port, { body: long, framing: 'chunked' }),
      attempt(port, { headers: { Origin: 'https://evil.example' } }),
    ]);
    await Promise.all(refused.flat());
    expect(states()).toEqual(['closed 0']);
    expect(upstream.seen).toEqual([]);
  });
});

describe('clients that leave open nothing', () => {
  /** What the upstream does with a request whose client is about to go. */
  const STAGES: [stage: string, answering: Answering, awaited: RegExp | undefined][] = [
    ['before the answer', () => {}, undefined],
    [
      'within the head of the answer',
      ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\nX'),
      undefined,
    ],
    [
      'when the head of the answer is there',
      (_req, res) => res.writeHead(200, { ...JSON_TYPE, 'Content-Length': '9' }).flushHeaders(),
      /\r\n\r\n/,
    ],
    [
      'within the answer',
      (_req, res) => void res.writeHead(200, { ...JSON_TYPE, 'Content-Length': '9' }).write('{'),
      /\{/,
    ],
    [
      'within an event stream',
      (_req, res) => void res.writeHead(200, EVENTS).write('data: 1\n\n'),
      /data: 1/,
    ],
  ];

  /** A request of a client that leaves; over when the upstream has seen it go. */
  async function leave(
    { port, upstream }: { readonly port: number; readonly upstream: Instance },
    answering: Answering,
    awaited: RegExp | undefined,
  ): Promise<void> {
    const closed = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    upstream.answering = (req, res, body) => {
      req.socket.once('close', closed.resolve);
      answering(req, res, body);
      arrived.resolve();
    };
    const client = await rawClient(port);
    client.send(requestBytes({ headers: { Connection: undefined } }));
    await arrived.promise;
    if (awaited) await client.has(awaited);
    client.socket.destroy();
    await closed.promise;
  }

  test.each(STAGES)('%s', async (_stage, answering, awaited) => {
    const rig = await one();
    for (let i = 0; i < 6; i += 1) await leave(rig, answering, awaited);
    expect(rig.states()).toEqual(['closed 0']);
    expect(rig.gateway.targets()[0]?.open).toBe(0);
  });

  test('while they upload', async () => {
    const upstream = await rawUpstream();
    const { gateway, port, states } = await startRig([], { target: upstream.target });
    for (let i = 0; i < 6; i += 1) {
      const client = await rawClient(port);
      client.send(
        `${headOf({ headers: { Connection: undefined } })}Content-Length: 99\r\n\r\n{"half":`,
      );
      const connection = await upstream.connection(i);
      await connection.has(/"half":/);
      client.socket.destroy();
      await connection.closed();
    }
    expect(states()).toEqual(['closed 0']);
    expect(gateway.targets()[0]?.open).toBe(0);
  });

  test('while they upload what the host does not want: it closes on them', async () => {
    const upstream = await rawUpstream();
    const { port, states } = await startRig([], { target: upstream.target });
    for (let i = 0; i < 6; i += 1) {
      const client = await rawClient(port);
      client.send(`${headOf({})}Content-Length: 99\r\n\r\n{"half":`);
      const connection = await upstream.connection(i);
      await connection.has(/"half":/);
      reset(connection.socket);
      expect(await client.has(/ 502 /)).toMatch(/upstream_unreachable/);
    }
    expect(states()).toEqual(['closed 0']);
  });

  test('and end no row of failures', async () => {
    const rig = await one();
    const [, within] = STAGES.map(([, answering, awaited]) => [answering, awaited] as const).slice(
      2,
    );
    for (let i = 0; i < 5; i += 1) {
      if (within) await leave(rig, ...within);
      rig.upstream.answering = status(503);
      await attempt(rig.port);
    }
    expect(rig.states()).toEqual(['open 5']);
  });
});

describe('the row of failures', () => {
  async function failing(count: number, config: Partial<GatewayConfig> = {}) {
    const rig = await one(config);
    const fail = async (times: number) => {
      rig.upstream.answering = status(503);
      for (let i = 0; i < times; i += 1) await attempt(rig.port);
    };
    await fail(count);
    return { ...rig, fail };
  }

  test('ends with an answer that has ended well', async () => {
    const { upstream, port, states, fail } = await failing(4);
    upstream.answering = well;
    await attempt(port);
    expect(states()).toEqual(['closed 0']);
    await fail(4);
    expect(states()).toEqual(['closed 4']);
  });

  test('does not end with the head of an answer', async () => {
    const { upstream, port, states, fail } = await failing(4);
    upstream.answering = (_req, res) => void res.writeHead(200, EVENTS).write('data: 1\n\n');
    const client = await rawClient(port);
    client.send(requestBytes());
    await client.has(/data: 1/);
    await fail(1);
    expect(states()).toEqual(['open 5']);
  });

  test('ends with an event stream that has stood for 5 s', async () => {
    const { upstream, port, states } = await failing(4);
    holdTimers();
    upstream.answering = (_req, res) => void res.writeHead(200, EVENTS).write('data: 1\n\n');
    const client = await rawClient(port);
    client.send(requestBytes());
    await client.has(/data: 1/);
    jest.advanceTimersByTime(4_999);
    expect(states()).toEqual(['closed 4']);
    jest.advanceTimersByTime(1);
    expect(states()).toEqual(['closed 0']);
  });

  test('ends after openFor of quiet', async () => {
    const { states, pass, fail } = await failing(4);
    pass(30 * SECOND - 1);
    expect(states()).toEqual(['closed 4']);
    pass(1);
    expect(states()).toEqual(['closed 0']);
    await fail(4);
    expect(states()).toEqual(['closed 4']);
  });
});

describe('Retry-After of a 503', () => {
  async function openedBy(headers: Record<string, string>, code = 503) {
    const rig = await one();
    rig.upstream.answering = status(502);
    for (let i = 0; i < 4; i += 1) await attempt(rig.port);
    rig.upstream.answering = status(code, headers);
    await attempt(rig.port);
    return rig;
  }

  test('says for how long it opens, to the second', async () => {
    const { port, pass, states } = await openedBy({ 'Retry-After': '120' });
    expect(refusedFor(await attempt(port))).toBe(120);
    pass(119 * SECOND + 1);
    expect(refusedFor(await attempt(port))).toBe(1);
    pass(999);
    expect(states()).toEqual(['half-open 5']);
  });

  test('as a date', async () => {
    const date = new Date(Date.now() + 90 * SECOND).toUTCString();
    const seconds = refusedFor(await attempt((await openedBy({ 'Retry-After': date })).port));
    // A date has no milliseconds, and what the test takes is missing as well.
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThanOrEqual(90);
  });

  test.each(['301', '99999999', '9'.repeat(400), 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    '%s: 5 minutes at most',
    async (value) => {
      const { port } = await openedBy({ 'Retry-After': value });
      expect(refusedFor(await attempt(port))).toBe(300);
    },
  );

  test.each(['0', '-5', 'soon', '', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    '%p says nothing',
    async (value) => {
      const seconds = refusedFor(await attempt((await openedBy({ 'Retry-After': value })).port));
      expect([30, 31, 32, 33]).toContain(seconds);
    },
  );

  test.each([502, 504])('of a %d says nothing', async (code) => {
    const { port } = await openedBy({ 'Retry-After': '120' }, code);
    expect([30, 31, 32, 33]).toContain(refusedFor(await attempt(port)));
  });

  test('does not open by itself', async () => {
    const { upstream, port, states } = await one();
    upstream.answering = status(503, { 'Retry-After': '120' });
    await attempt(port);
    expect(states()).toEqual(['closed 1']);
    upstream.answering = well;
    expect((await attempt(port))?.status).toBe(200);
  });
});

test('observers are told of each change', async () => {
  const observer = witness();
  const { upstream, port, pass } = await one({ observe: observer, name: 'tools' });
  upstream.answering = status(503);
  for (let i = 0; i < 5; i += 1) await attempt(port);
  pass(33 * SECOND);
  await attempt(port);
  pass(66 * SECOND);
  upstream.answering = well;
  await attempt(port);
  const target = `127.0.0.1:${upstream.port}`;
  expect(observer.changes).toEqual(
    [
      { state: 'open', previous: 'closed', reason: 'status' },
      { state: 'half-open', previous: 'open', reason: 'time_is_over' },
      { state: 'open', previous: 'half-open', reason: 'status' },
      { state: 'half-open', previous: 'open', reason: 'time_is_over' },
      { state: 'closed', previous: 'half-open', reason: 'trial_succeeded' },
    ].map((change) => [{ target, ...change }, 'tools']),
  );
  expect(observer.decisions.filter((decision) => decision.startsWith('balance'))).toEqual(
    Array(7).fill('balance: allow'),
  );
});

test('what is refused is said as the error table has it, and reaches onError', async () => {
  const errors: string[] = [];
  const { upstream, port } = await one({
    breaker: { failures: 1 },
    onError: ({ reason }) => void errors.push(reason),
  });
  upstream.answering = status(503);
  await attempt(port);
  const answer = await attempt(port);
  expect(answer && [answer.status, reasonOf(answer)]).toEqual([503, 'upstream_unavailable']);
  expect(JSON.parse(answer?.body ?? '{}')).toMatchObject({ jsonrpc: '2.0', error: { code: 503 } });
  expect(errors).toEqual(['upstream_unavailable']);
});
