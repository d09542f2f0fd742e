import type { ServerResponse } from 'node:http';
import { describe, expect, jest, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { headOf, requestBytes } from '../support/client/request.ts';
import { holdTimers } from '../support/fake-time.ts';
import { modern, modernHeaders } from '../support/messages.ts';
import { rawUpstream } from '../support/upstream.ts';
import { attempt, type Rig, refusedFor, SECOND, startRig } from './support/breaker-rig.ts';
import { type Answering, beginSession, fromWhom, type Instance, instances } from './support.ts';

const LISTEN = 'subscriptions/listen';
const failing: Answering = (_req, res) => void res.writeHead(503).end();

/** The longest that it stays open at first, and when a trial has failed. */
const FIRST_MS = 33 * SECOND;
const SECOND_MS = 66 * SECOND;

interface Opened extends Rig {
  readonly upstream: Instance;
}

/** One target, whose breaker has opened and may be tried now; it answers as usual again. */
async function halfOpen(config: Partial<GatewayConfig> = {}): Promise<Opened> {
  const all = await instances(1);
  const [upstream] = all as [Instance];
  const rig = await startRig(all, config);
  upstream.answering = failing;
  for (let i = 0; i < 5; i += 1) await attempt(rig.port);
  refusedFor(await attempt(rig.port));
  rig.pass(FIRST_MS);
  upstream.seen.length = 0;
  upstream.answering = undefined;
  expect(rig.states()).toEqual(['half-open 5']);
  return { ...rig, upstream };
}

/** The next request waits for its answer until the test gives one. */
function hold(upstream: Instance): Promise<ServerResponse> {
  const held = Promise.withResolvers<ServerResponse>();
  upstream.answering = (_req, res) => held.resolve(res);
  return held.promise;
}

test('one POST tries the host, others are refused until its answer begins', async () => {
  const { upstream, port, states } = await halfOpen();
  const held = hold(upstream);
  const trial = attempt(port);
  const res = await held;
  expect(refusedFor(await attempt(port))).toBe(1);
  expect(refusedFor(await attempt(port, { method: 'GET' }))).toBe(1);
  expect(upstream.seen).toHaveLength(1);
  expect(states()).toEqual(['half-open 5']);
  // The end of its answer is still to come.
  upstream.answering = undefined;
  res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
  let second = await attempt(port);
  while (second?.status !== 200) second = await attempt(port);
  expect(states()).toEqual(['closed 0']);
  res.end();
  expect((await trial)?.status).toBe(200);
});

test.each<[what: string, outgoing: Parameters<typeof attempt>[1]]>([
  ['a GET', { method: 'GET' }],
  ['a GET that goes on', { method: 'GET', headers: { 'Last-Event-ID': '5' } }],
  ['a DELETE', { method: 'DELETE' }],
  [LISTEN, { body: modern(LISTEN), headers: modernHeaders(LISTEN) }],
])('%s is never the trial', async (_what, outgoing) => {
  const { upstream, port, states } = await halfOpen();
  expect(refusedFor(await attempt(port, outgoing))).toBe(1);
  expect(upstream.seen).toEqual([]);
  expect(states()).toEqual(['half-open 5']);
  expect((await attempt(port))?.status).toBe(200);
  expect(states()).toEqual(['closed 0']);
});

test(`${LISTEN} is not either where messages are read and its headers are judged`, async () => {
  const { upstream, port } = await halfOpen({ policies: [() => true] });
  refusedFor(await attempt(port, { body: modern(LISTEN), headers: modernHeaders(LISTEN) }));
  expect(upstream.seen).toEqual([]);
});

test('a trial that fails opens for twice as long, and so on up to 5 minutes', async () => {
  const { upstream, port, pass, states } = await halfOpen();
  upstream.answering = failing;
  for (const seconds of [60, 120, 240, 300, 300]) {
    await attempt(port);
    const pause = refusedFor(await attempt(port));
    expect(pause).toBeGreaterThanOrEqual(seconds);
    expect(pause).toBeLessThanOrEqual(Math.min(300, seconds * 1.1));
    pass(pause * SECOND);
  }
  upstream.answering = undefined;
  expect((await attempt(port))?.status).toBe(200);
  expect(states()).toEqual(['closed 0']);
});

test.each<[how: string, answering: Answering]>([
  ['a 404', (_req, res) => void res.writeHead(404).end()],
  ['a 500', (_req, res) => void res.writeHead(500).end()],
  ['a redirect', (_req, res) => void res.writeHead(302, { Location: '/' }).end()],
  ['half an answer', (_req, res) => void res.writeHead(200).write('x', () => res.destroy())],
])('a trial that is answered with %s closes: the host is there', async (_how, answering) => {
  const { upstream, port, states } = await halfOpen();
  upstream.answering = answering;
  await attempt(port);
  expect(states()).toEqual(['closed 0']);
});

test('a trial that finds nobody there opens again', async () => {
  const { upstream, port, pass, states } = await halfOpen();
  await upstream.crash();
  expect((await attempt(port))?.status).toBe(502);
  expect(states()).toEqual(['open 6']);
  await upstream.start();
  pass(SECOND_MS);
  expect((await attempt(port))?.status).toBe(200);
});

describe('the place of the trial is free again when its client leaves', () => {
  const STAGES: [stage: string, answering: Answering][] = [
    ['before the answer', () => {}],
    ['within the head of the answer', ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\nX')],
  ];

  test.each(STAGES)('%s', async (_stage, answering) => {
    const { upstream, port, states, gateway } = await halfOpen();
    for (let i = 0; i < 3; i += 1) {
      const arrived = Promise.withResolvers<void>();
      const closed = Promise.withResolvers<void>();
      upstream.answering = (req, res, body) => {
        req.socket.once('close', closed.resolve);
        answering(req, res, body);
        arrived.resolve();
      };
      const client = await rawClient(port);
      client.send(requestBytes({ headers: { Connection: undefined } }));
      await arrived.promise;
      refusedFor(await attempt(port));
      client.socket.destroy();
      await closed.promise;
      expect(states()).toEqual(['half-open 5']);
    }
    expect(gateway.targets()[0]?.open).toBe(0);
    upstream.answering = undefined;
    expect((await attempt(port))?.status).toBe(200);
    expect(states()).toEqual(['closed 0']);
  });

  test('while it uploads', async () => {
    const upstream = await rawUpstream();
    const rig = await startRig([], {
      target: upstream.target,
      breaker: { failures: 1 },
    });
    const first = attempt(rig.port);
    const connection = await upstream.connection(0);
    await connection.has(/ping/);
    connection.socket.destroy();
    await first;
    rig.pass(FIRST_MS);
    for (let i = 1; i < 4; i += 1) {
      const client = await rawClient(rig.port);
      client.send(
        `${headOf({ headers: { Connection: undefined } })}Content-Length: 99\r\n\r\n{"half":`,
      );
      const trial = await upstream.connection(i);
      await trial.has(/"half":/);
      refusedFor(await attempt(rig.port));
      client.socket.destroy();
      await trial.closed();
      expect(rig.states()).toEqual(['half-open 1']);
    }
    const last = attempt(rig.port);
    const trial = await upstream.connection(4);
    await trial.has(/ping/);
    trial.socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n');
    expect((await last)?.status).toBe(202);
    expect(rig.states()).toEqual(['closed 0']);
  });

  test('what is refused before the slot takes no place', async () => {
    const { upstream, port } = await halfOpen({ policies: [({ mcp }) => mcp.name !== 'denied'] });
    const denied = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"denied"}}';
    for (let i = 0; i < 3; i += 1) await attempt(port, { body: denied });
    expect(upstream.seen).toEqual([]);
    expect((await attempt(port))?.status).toBe(200);
  });
});

test('a client that does not send its whole body holds the place for 5 s, and no longer', async () => {
  const upstream = await rawUpstream();
  const rig = await startRig([], { target: upstream.target, breaker: { failures: 1 } });
  const first = attempt(rig.port);
  const connection = await upstream.connection(0);
  await connection.has(/ping/);
  connection.socket.destroy();
  await first;
  rig.pass(FIRST_MS);
  holdTimers();
  const slow = await rawClient(rig.port);
  slow.send(`${headOf({ headers: { Connection: undefined } })}Content-Length: 8\r\n\r\n{"half"`);
  const held = await upstream.connection(1);
  await held.has(/"half"/);
  jest.advanceTimersByTime(4999);
  refusedFor(await attempt(rig.port));
  jest.advanceTimersByTime(1);
  const second = attempt(rig.port);
  const trial = await upstream.connection(2);
  await trial.has(/ping/);
  trial.socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n');
  expect((await second)?.status).toBe(202);
  expect(rig.states()).toEqual(['closed 0']);
  // The slow one is served all the same.
  slow.send('}');
  await held.has(/"half"\}/);
  held.socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n');
  await slow.has(/ 202 /);
});

test('what comes late of requests that began before says nothing', async () => {
  const all = await instances(1);
  const [upstream] = all as [Instance];
  const { port, states, pass } = await startRig(all);
  const early: ServerResponse[] = [];
  const bothHeld = Promise.withResolvers<void>();
  upstream.answering = (_req, res) => {
    early.push(res);
    if (early.length === 2) bothHeld.resolve();
  };
  const first = attempt(port);
  const second = attempt(port);
  await bothHeld.promise;
  upstream.answering = failing;
  for (let i = 0; i < 5; i += 1) await attempt(port);
  early[0]?.end('{}');
  await first;
  expect(states()).toEqual(['open 5']);
  pass(FIRST_MS);
  const held = hold(upstream);
  const trial = attempt(port);
  const res = await held;
  early[1]?.destroy();
  await second;
  expect(states()).toEqual(['half-open 5']);
  res.end('{}');
  await trial;
  expect(states()).toEqual(['closed 0']);
});

describe('with several targets', () => {
  async function two(config: Partial<GatewayConfig> = {}) {
    const all = await instances(2);
    const [a, b] = all as [Instance, Instance];
    return { a, b, ...(await startRig(all, config)) };
  }

  /** Lets a host fail until its breaker is open; requests that go to others are good. */
  async function open(rig: Rig, upstream: Instance, place: number): Promise<void> {
    upstream.answering ??= failing;
    while (!rig.states()[place]?.startsWith('open')) await attempt(rig.port);
  }

  test('an open one gets nothing, and the other one all of it', async () => {
    const rig = await two();
    await open(rig, rig.a, 0);
    rig.a.seen.length = 0;
    for (let i = 0; i < 20; i += 1) {
      const answer = await attempt(rig.port);
      expect(answer && fromWhom(answer)).toBe(rig.b.name);
    }
    expect(rig.a.seen).toEqual([]);
  });

  test('a half-open one gets one POST at a time, and others go to the other one', async () => {
    const rig = await two();
    await open(rig, rig.a, 0);
    rig.pass(FIRST_MS);
    rig.a.seen.length = 0;
    const held = hold(rig.a);
    const trial = attempt(rig.port);
    const res = await held;
    for (let i = 0; i < 10; i += 1) {
      const answer = await attempt(rig.port);
      expect(answer && fromWhom(answer)).toBe(rig.b.name);
    }
    expect(rig.a.seen).toHaveLength(1);
    res.end('{}');
    expect((await trial)?.status).toBe(200);
    expect(rig.states()).toEqual(['closed 0', 'closed 0']);
  });

  test('all open: 503 with the soonest time at which one may be tried', async () => {
    const rig = await two({ breaker: { failures: 1 } });
    const asking =
      (seconds: number): Answering =>
      (_req, res) =>
        void res.writeHead(503, { 'Retry-After': String(seconds) }).end();
    rig.a.answering = asking(100);
    rig.b.answering = asking(50);
    await open(rig, rig.a, 0);
    await open(rig, rig.b, 1);
    for (const method of ['POST', 'GET', 'DELETE']) {
      expect(refusedFor(await attempt(rig.port, { method }))).toBe(50);
    }
    rig.pass(20 * SECOND);
    expect(refusedFor(await attempt(rig.port))).toBe(30);
    rig.pass(30 * SECOND);
    rig.b.answering = undefined;
    expect((await attempt(rig.port))?.status).toBe(200);
    expect(rig.states()).toEqual(['open 1', 'closed 0']);
  });

  test('a session whose host opened by its statuses waits for it, and may try it', async () => {
    const rig = await two();
    const session = await beginSession(rig.port);
    const [home, place] = session.home === rig.a.name ? [rig.a, 0] : [rig.b, 1];
    await open(rig, home, place);
    const refused = await session.send();
    expect(refusedFor(refused)).toBeGreaterThanOrEqual(30);
    rig.pass(FIRST_MS);
    home.answering = undefined;
    expect(refusedFor(await session.send({ method: 'GET' }))).toBe(1);
    expect(refusedFor(await session.send({ method: 'DELETE' }))).toBe(1);
    const answer = await session.send();
    expect([answer.status, fromWhom(answer)]).toEqual([200, home.name]);
    expect(rig.states()[place]).toBe('closed 0');
  });

  test('a session whose host cannot be connected to is gone, and stays gone', async () => {
    const rig = await two();
    const session = await beginSession(rig.port);
    const [home, place] = session.home === rig.a.name ? [rig.a, 0] : [rig.b, 1];
    await home.crash();
    while (!rig.states()[place]?.startsWith('open')) await session.send();
    const gone = await session.send();
    expect([gone.status, reasonOf(gone)]).toEqual([404, 'session_not_found']);
    await home.start();
    rig.pass(FIRST_MS);
    await attempt(rig.port);
    const still = await session.send();
    expect([still.status, reasonOf(still)]).toEqual([404, 'session_not_found']);
  });
});
