import type { ServerResponse } from 'node:http';
import { describe, expect, jest, test } from '@jest/globals';
import type { SessionStore } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { holdTimers, passes } from '../support/fake-time.ts';
import { until } from '../support/jwt/gate.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { sessionGateway } from './support/users.ts';

const HOUR_MS = 3_600_000;

/** A store that counts how often the time of a session has begun anew. */
class CountingStore implements SessionStore {
  renewals = 0;
  isFailing = false;
  readonly #entries = new Map<string, string>();

  async get(key: string): Promise<string | undefined> {
    if (this.isFailing) throw new Error('The store is away');
    if (this.#entries.has(key)) this.renewals += 1;
    return this.#entries.get(key);
  }

  async add(key: string, value: string): Promise<string> {
    if (!this.#entries.has(key)) this.#entries.set(key, value);
    return this.#entries.get(key) as string;
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }
}

/** A server that answers `initialize` at once, and holds all else. */
async function holding(legacy = false) {
  const held: ServerResponse[] = [];
  const upstream = await recordingUpstream((req, res) => {
    const isFirst = req.headers['mcp-session-id'] === undefined && !legacy;
    if (isFirst) res.writeHead(200, { 'Mcp-Session-Id': 'session-1' }).end('{}');
    else held.push(res);
  });
  return { upstream, held };
}

const STREAMS: [string, string, boolean][] = [
  [
    'a GET',
    'GET /mcp HTTP/1.1\r\nHost: a\r\nX-User: alice\r\nMcp-Session-Id: session-1\r\n\r\n',
    false,
  ],
  [
    'a POST',
    'POST /mcp HTTP/1.1\r\nHost: a\r\nX-User: alice\r\nMcp-Session-Id: session-1\r\n' +
      'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
    false,
  ],
  [
    'a stream of the older transport',
    'GET /sse HTTP/1.1\r\nHost: a\r\nX-User: alice\r\n\r\n',
    true,
  ],
];

/** With a stream open, in a session of its user. */
async function withStream(request: string, isLegacy: boolean, store = new CountingStore()) {
  const { upstream, held } = await holding(isLegacy);
  const gateway = await sessionGateway(upstream.target, {
    sessions: { store, ttl: '1h' },
    heartbeat: false,
    timeout: false,
    ...(isLegacy && { legacySse: { path: '/sse', messagePath: '/messages' } }),
  });
  if (!isLegacy) await gateway.as('alice');
  holdTimers();
  const client = await rawClient(gateway.port);
  client.send(request);
  await until(() => held.length === 1);
  const stream = held[0] as ServerResponse;
  stream.writeHead(200, { 'Content-Type': 'text/event-stream' });
  stream.write('event: endpoint\ndata: /messages?sessionId=1\n\n');
  await client.has(/sessionId=1/);
  return { store, client, stream, ...gateway };
}

describe.each(STREAMS)('%s keeps its session in use', (_, request, isLegacy) => {
  test('for as long as it is open: at each half of the time, and at its end', async () => {
    const { store, client, stream } = await withStream(request, isLegacy);
    let before = store.renewals;
    for (let i = 0; i < 3; i += 1) {
      jest.advanceTimersByTime(HOUR_MS / 2 - 1);
      expect(store.renewals).toBe(before);
      jest.advanceTimersByTime(1);
      await until(() => store.renewals > before);
      expect(store.renewals).toBe(before + 1);
      before = store.renewals;
      // What comes of it is known before the next is due.
      await new Promise(setImmediate);
    }
    stream.end();
    await client.has(/0\r\n\r\n$/);
    await until(() => store.renewals === before + 1);
    jest.advanceTimersByTime(10 * HOUR_MS);
    await new Promise(setImmediate);
    expect(store.renewals).toBe(before + 1);
  });

  test('also where its client leaves', async () => {
    const { store, client } = await withStream(request, isLegacy);
    const before = store.renewals;
    client.socket.destroy();
    await until(() => store.renewals === before + 1);
  });

  test('and a store that fails is asked again before the time is over', async () => {
    const { store, errors } = await withStream(request, isLegacy);
    store.isFailing = true;
    jest.advanceTimersByTime(HOUR_MS / 2);
    await until(() => errors.length === 1);
    expect(errors[0]?.reason).toBe('store_unavailable');
    store.isFailing = false;
    const before = store.renewals;
    await new Promise(setImmediate);
    jest.advanceTimersByTime(HOUR_MS / 4);
    await until(() => store.renewals === before + 1);
  });
});

test('in this process, a session is there for as long as its stream is open, and its time after it', async () => {
  const { upstream, held } = await holding();
  const { as, port } = await sessionGateway(upstream.target, { sessions: { ttl: '1h' } });
  await as('alice');
  const client = await rawClient(port);
  client.send(STREAMS[0]?.[1] as string);
  await until(() => held.length === 1);
  held[0]?.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
  await client.has(/200 OK/);
  passes(50 * 60_000);
  held[0]?.end();
  await client.has(/0\r\n\r\n$/);
  passes(50 * 60_000);
  const answer = as('alice', 'session-1');
  await until(() => held.length === 2);
  held[1]?.end('{}');
  expect((await answer).status).toBe(200);
});

test('a call that takes longer than the time of a session keeps it', async () => {
  const store = new CountingStore();
  const { upstream, held } = await holding();
  const { as } = await sessionGateway(upstream.target, {
    sessions: { store, ttl: '1h' },
    timeout: false,
  });
  await as('alice');
  holdTimers();
  const answer = as('alice', 'session-1');
  await until(() => held.length === 1);
  const before = store.renewals;
  jest.advanceTimersByTime(HOUR_MS / 2);
  await until(() => store.renewals === before + 1);
  held[0]?.end('{}');
  expect((await answer).status).toBe(200);
});
