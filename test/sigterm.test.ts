import { once } from 'node:events';
import { Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { type Answer, parseAnswer, valuesOf } from './support/client/answer.ts';
import { type RawClient, rawClient } from './support/client/raw.ts';
import { rawRequest } from './support/client/request.ts';
import { atTestEnd, serve } from './support/servers.ts';
import { startExample } from './support/start-example.ts';

const SSE = { 'Content-Type': 'text/event-stream' };

/**
 * An upstream that knows requests by their `Mcp-Name`, and counts them. It answers those named `load`
 * soon, and leaves the others to the test.
 */
async function countingUpstream() {
  const counts = new Map<string, number>();
  const answers = new Map<string, ServerResponse>();
  const { server, port } = await serve((req, res) => {
    const name = String(req.headers['mcp-name']);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    answers.set(name, res);
    req.resume();
    if (name.startsWith('load')) setTimeout(() => res.end(name), 5);
  });
  return {
    target: `http://127.0.0.1:${port}/mcp`,
    counts,
    /** The answers to those whose names begin like that, as soon as there are so many. */
    async answersTo(prefix: string, count: number): Promise<[name: string, ServerResponse][]> {
      for (;;) {
        const found = [...answers].filter(([name]) => name.startsWith(prefix));
        if (found.length >= count) return found;
        await once(server, 'request');
      }
    },
    /** All that was ever sent to it has been read. */
    async isOver(): Promise<void> {
      server.close();
      await once(server, 'close');
    },
  };
}

/** The answers on a connection so far; all but the last are whole. */
function answersOn({ bytes, ending }: RawClient): Answer[] {
  const answers: Answer[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const answer = parseAnswer(rest, ending);
    if (answer === undefined) throw new Error(`Half a head: ${rest.toString('latin1')}`);
    answers.push(answer);
    rest = answer.rest;
  }
  return answers;
}

/** Several clients, each with a connection of its own and a request that is named after it. */
async function clients(port: number, prefix: string, method: string, count: number) {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const client = await rawClient(port);
      return client.send(named(method, `${prefix}-${i}`));
    }),
  );
}

function named(method: string, name: string): string {
  const fields = [`Mcp-Name: ${name}`];
  return rawRequest({ method, headers: fields }).replace('Connection: close\r\n', '');
}

const all = (some: readonly RawClient[], pattern: RegExp) =>
  Promise.all(some.map((client) => client.has(pattern)));

const LAST_CHUNK = /\r\n0\r\n\r\n$/;

/** Makes one call after the other on one connection until one is not answered with 200. */
class Caller {
  readonly #port: number;
  readonly #name: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly answered: string[] = [];
  /** The one that was refused with 503, or whose connection was closed before any answer. */
  refused = '';

  constructor(port: number, name: string) {
    this.#port = port;
    this.#name = name;
    atTestEnd(() => this.#agent.destroy());
  }

  async call(times = Number.POSITIVE_INFINITY): Promise<void> {
    while (times-- > 0 && this.refused === '') {
      const name = `load-${this.#name}-${this.answered.length}`;
      if (await this.#isAnswered(name)) this.answered.push(name);
      else this.refused = name;
    }
  }

  async #isAnswered(name: string): Promise<boolean> {
    const outgoing = request({
      port: this.#port,
      host: '127.0.0.1',
      path: '/mcp',
      method: 'POST',
      agent: this.#agent,
      headers: { 'Mcp-Name': name, 'Content-Type': 'application/json' },
    });
    outgoing.end('{}');
    const answer = await once(outgoing, 'response').then(
      ([answer]) => answer as IncomingMessage,
      () => undefined,
    );
    if (answer === undefined) return false;
    // An answer that has begun has to be whole: otherwise this rejects.
    const body = await text(answer);
    if (answer.statusCode === 503) {
      expect(answer.headers['retry-after']).toMatch(/^\d+$/);
      return false;
    }
    expect([answer.statusCode, body]).toEqual([200, name]);
    return true;
  }
}

test('SIGTERM under load: what was accepted is answered, and the process ends', async () => {
  const upstream = await countingUpstream();
  const {
    process: host,
    port,
    exit,
  } = await startExample('shutdown.ts', {
    MCP_TARGET: upstream.target,
  });

  // Calls without an answer yet, streams of calls, endless streams, some of them within an event.
  const calls = await clients(port, 'call', 'POST', 40);
  const streams = await clients(port, 'stream', 'POST', 20);
  const silent = await clients(port, 'silent', 'GET', 20);
  const speaking = await clients(port, 'speaking', 'GET', 20);
  const callAnswers = await upstream.answersTo('call', 40);
  const streamAnswers = await upstream.answersTo('stream', 20);
  const speakingAnswers = await upstream.answersTo('speaking', 20);
  for (const [, res] of [...streamAnswers, ...(await upstream.answersTo('silent', 20))]) {
    res.writeHead(200, SSE).write('data: 1\n\n');
  }
  for (const [, res] of speakingAnswers) res.writeHead(200, SSE).write('data: 1\n\ndata: 2');
  await Promise.all([all([...streams, ...silent], /data: 1\n\n/), all(speaking, /data: 2/)]);

  // Connections that are kept, that are within a head, and that never rest.
  const kept = await clients(port, 'load-kept', 'POST', 10);
  await all(kept, /load-kept-\d/);
  const late = await Promise.all(Array.from({ length: 10 }, () => rawClient(port)));
  for (const client of late) client.send('POST /mcp HTTP/1.1\r\n');
  const callers = Array.from({ length: 20 }, (_, i) => new Caller(port, String(i)));
  await Promise.all(callers.map((caller) => caller.call(5)));
  const calling = Promise.all(callers.map((caller) => caller.call()));

  host.kill('SIGTERM');

  // Endless streams end between two events; those that are within one end after it.
  await all(silent, LAST_CHUNK);
  expect(speaking.some((client) => LAST_CHUNK.test(client.text))).toBe(false);
  for (const [, res] of speakingAnswers) res.write('\n\n');
  await all(speaking, LAST_CHUNK);
  for (const client of silent) expectWhole(client, 'data: 1\n\n');
  for (const client of speaking) expectWhole(client, 'data: 1\n\ndata: 2\n\n');

  // Nobody new is let in: neither on new connections, nor on kept ones, nor on those in use.
  const [refused] = await once(connect(port, '127.0.0.1'), 'error');
  expect(refused).toHaveProperty('code', 'ECONNREFUSED');
  await Promise.all(kept.map((client) => client.closed()));
  for (const [i, client] of kept.entries()) expectWhole(client, `load-kept-${i}`);
  for (const [i, client] of late.entries()) {
    client.send(named('POST', `refused-late-${i}`).replace(/^.*\r\n/, ''));
  }
  for (const [i, client] of calls.entries()) client.send(named('POST', `refused-next-${i}`));
  await Promise.all(late.map((client) => client.closed()));
  for (const client of late) expectRefused(answersOn(client));
  expect(calls.some((client) => client.text !== '')).toBe(false);

  // What was under way is answered whole, and then the process ends by itself.
  for (const [name, res] of callAnswers) res.end(name);
  for (const [, res] of streamAnswers) res.end('data: 2\n\n');
  await Promise.all([...calls, ...streams].map((client) => client.closed()));
  await calling;
  expect(await exit).toEqual([0, null]);
  for (const [i, client] of calls.entries()) expectWhole(client, `call-${i}`);
  for (const client of streams) expectWhole(client, 'data: 1\n\ndata: 2\n\n');

  // The upstream got all that was answered, once, and nothing else.
  await upstream.isOver();
  const answered = [
    ...['call-40', 'stream-20', 'silent-20', 'speaking-20', 'load-kept-10'].flatMap(numbered),
    ...callers.flatMap((caller) => caller.answered),
  ];
  expect(callers.every(({ refused }) => refused !== '')).toBe(true);
  expect(upstream.counts).toEqual(new Map(answered.map((name) => [name, 1])));
});

/** The names of so many of a kind. */
function numbered(kind: string): string[] {
  const [, prefix, count] = /^(.*)-(\d+)$/.exec(kind) ?? [];
  return Array.from({ length: Number(count) }, (_, i) => `${prefix}-${i}`);
}

/** The first answer is whole; one that follows it is a refusal. */
function expectWhole(client: RawClient, body: string): void {
  const [answer, ...others] = answersOn(client);
  expect(answer).toMatchObject({ status: 200, complete: true });
  expect(answer?.body.toString()).toBe(body);
  if (others.length > 0) expectRefused(others);
}

function expectRefused(answers: readonly Answer[]): void {
  expect(answers).toHaveLength(1);
  const [answer] = answers as [Answer];
  expect(answer).toMatchObject({ status: 503, complete: true });
  expect(valuesOf(answer, 'retry-after')).toEqual([expect.stringMatching(/^\d+$/)]);
  expect(valuesOf(answer, 'connection')).toEqual(['close']);
}
