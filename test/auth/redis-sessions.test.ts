import { createHash, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { describeRedis, type Redis, startRedis } from '../support/redis.ts';
import { type LoggedExample, startLoggedExample } from '../support/start-example.ts';
import { type RecordingUpstream, recordingUpstream } from '../support/upstream.ts';

const KEYS = { ada: 'key-of-ada', bob: 'key-of-bob' };
type Owner = keyof typeof KEYS;

/** Far more than a store may take, and far less than a client would wait. */
const BOUND_MS = 10_000;

const HOUR_MS = 3_600_000;

const sha256 = (value: string) => createHash('sha256').update(value).digest('hex');

const refusal = (status: number, reason: string) => expect.objectContaining({ status, reason });
const NOT_FOUND = refusal(404, 'session_not_found');
const INVALID = refusal(502, 'upstream_invalid');
const OK = expect.objectContaining({ status: 200, reason: undefined });
const UNAVAILABLE = {
  status: 503,
  reason: 'store_unavailable',
  session: undefined,
  retryAfter: expect.stringMatching(/^\d+$/),
};

/** An upstream that gives a session to whoever asks, and lets anybody use it. */
function upstreamWithSessions(newSession: () => string): Promise<RecordingUpstream> {
  return recordingUpstream((req, res, body) => {
    if (body.includes('"initialize"')) res.setHeader('Mcp-Session-Id', newSession());
    if (req.method === 'DELETE') {
      res.writeHead(204).end();
      return;
    }
    res.setHeader('Content-Type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":{}}');
  });
}

interface Answer {
  readonly status: number;
  readonly session: string | undefined;
  readonly retryAfter: string | undefined;
  readonly reason: string | undefined;
}

/** One of the processes in front of the upstream. */
class Gateway {
  readonly #example: LoggedExample;

  static async start(
    { url }: Redis,
    { target }: RecordingUpstream,
    isPatient: boolean,
  ): Promise<Gateway> {
    const env = {
      ADA_KEY_SHA256: sha256(KEYS.ada),
      BOB_KEY_SHA256: sha256(KEYS.bob),
      MCP_TARGET: String(target),
      REDIS_URL: url,
    };
    return new Gateway(await startLoggedExample('redis-sessions.ts', env, { isPatient }));
  }

  private constructor(example: LoggedExample) {
    this.#example = example;
  }

  /** Sends a message within a session; without one, asks for one. */
  async send(owner: Owner, session?: string, method = 'POST'): Promise<Answer> {
    const message = { jsonrpc: '2.0', id: 1, method: session ? 'tools/list' : 'initialize' };
    const answer = await fetch(`http://127.0.0.1:${this.#example.port}/mcp`, {
      method,
      headers: {
        'Content-Type': 'application/json',
        'X-Api-Key': KEYS[owner],
        ...(session && { 'Mcp-Session-Id': session }),
      },
      body: method === 'POST' ? JSON.stringify(message) : null,
      signal: AbortSignal.timeout(BOUND_MS),
    });
    const body = await answer.text();
    return {
      status: answer.status,
      session: answer.headers.get('mcp-session-id') ?? undefined,
      retryAfter: answer.headers.get('retry-after') ?? undefined,
      reason: body === '' ? undefined : JSON.parse(body).error?.data.reason,
    };
  }

  async begin(owner: Owner): Promise<string> {
    const { session } = await this.send(owner);
    if (session === undefined) throw new Error('The answer brings no session');
    return session;
  }

  /** Waits until it has its store. */
  async ready(): Promise<this> {
    while ((await this.send('ada', randomUUID())).status === 503) await setTimeout(20);
    return this;
  }

  /** Ends it; gives what it said, and what ended it. */
  end(): ReturnType<LoggedExample['end']> {
    return this.#example.end();
  }
}

async function twoGateways(newSession: () => string = randomUUID, isPatient = true) {
  const [redis, upstream] = await Promise.all([startRedis(), upstreamWithSessions(newSession)]);
  const startOne = () => Gateway.start(redis, upstream, isPatient);
  const starting = [startOne(), startOne()] as const;
  const [one, other] = await Promise.all(starting);
  await Promise.all([one.ready(), other.ready()]);
  return { redis, upstream, one, other };
}

describeRedis('two processes with their sessions in Redis', () => {
  test('a session that began at one is its owner’s at the other, and nobody else’s', async () => {
    const { upstream, one, other } = await twoGateways();
    const session = await one.begin('ada');
    expect(await other.send('ada', session)).toEqual(OK);
    expect(await one.send('ada', session)).toEqual(OK);

    const heard = upstream.seen.length;
    for (const gateway of [one, other]) {
      expect(await gateway.send('bob', session)).toEqual(NOT_FOUND);
      expect(await gateway.send('bob', session, 'DELETE')).toEqual(NOT_FOUND);
      expect(await gateway.send('ada', randomUUID())).toEqual(NOT_FOUND);
    }
    expect(upstream.seen).toHaveLength(heard);
    expect(await other.send('ada', session)).toEqual(OK);
  });

  test('a session that ended at one is its owner’s until another is given it at the other', async () => {
    const { one, other } = await twoGateways(() => 'counted-1');
    const session = await one.begin('ada');
    expect(await other.send('bob')).toEqual(INVALID);
    expect(await one.send('ada', session, 'DELETE')).toMatchObject({ status: 204 });
    expect(await other.send('bob', session)).toEqual(NOT_FOUND);

    expect(await other.begin('bob')).toBe(session);
    for (const gateway of [one, other]) {
      expect(await gateway.send('bob', session)).toEqual(OK);
      expect(await gateway.send('ada', session)).toEqual(NOT_FOUND);
      // Once it has moved, it is no more to be had than before.
      expect(await gateway.send('ada')).toEqual(INVALID);
    }
  });

  test('a session that the upstream gives to two is the first one’s', async () => {
    const { one, other } = await twoGateways(() => 'the-only-one');
    const session = await one.begin('ada');
    expect(await other.send('bob')).toEqual(INVALID);
    expect(await other.send('bob', session)).toEqual(NOT_FOUND);
    expect(await other.send('ada', session)).toEqual(OK);
  });

  test('its time begins anew with each use, and then it is gone; Redis can give none away', async () => {
    const { redis, one, other } = await twoGateways();
    const session = await one.begin('ada');
    const keys = (await redis.ask('KEYS', '*')) as string[];
    expect(keys).toEqual([expect.stringMatching(/^mcp-session:/)]);
    const [key = ''] = keys;
    expect(key).not.toContain(session);
    const timeLeft = async () => Number(await redis.ask('PTTL', key));
    expect(await timeLeft()).toBeGreaterThan(HOUR_MS / 2);
    expect(await timeLeft()).toBeLessThanOrEqual(HOUR_MS);

    await redis.ask('PEXPIRE', key, String(HOUR_MS / 2));
    expect(await other.send('ada', session)).toEqual(OK);
    expect(await timeLeft()).toBeGreaterThan(HOUR_MS / 2);
    expect(await timeLeft()).toBeLessThanOrEqual(HOUR_MS);

    await redis.ask('PEXPIRE', key, '1');
    while ((await redis.ask('EXISTS', key)) === 1) await setTimeout(1);
    expect(await one.send('ada', session)).toEqual(NOT_FOUND);
  });

  test.each([
    { is: 'killed', fail: 'crash', recover: 'restart', before: NOT_FOUND },
    { is: 'hung', fail: 'hang', recover: 'resume', before: OK },
  ] as const)('Redis $is is a 503 in time, and no process has to start again', async (row) => {
    // A Redis that is gone says so at once.
    const isPatient = row.is === 'killed';
    const { redis, upstream, one, other } = await twoGateways(randomUUID, isPatient);
    const session = await one.begin('ada');

    await redis[row.fail]();
    const gateways = [one, other, await Gateway.start(redis, upstream, isPatient)];
    const heard = upstream.seen.length;
    for (const gateway of gateways) {
      for (const method of ['POST', 'GET', 'DELETE']) {
        expect(await gateway.send('ada', session, method)).toEqual(UNAVAILABLE);
      }
    }
    expect(upstream.seen).toHaveLength(heard);
    for (const gateway of gateways) expect(await gateway.send('bob')).toEqual(UNAVAILABLE);

    await redis[row.recover]();
    for (const gateway of gateways) {
      await gateway.ready();
      expect(await gateway.send('ada', session)).toEqual(row.before);
    }
    const next = await one.begin('bob');
    for (const gateway of gateways) expect(await gateway.send('bob', next)).toEqual(OK);

    for (const gateway of gateways) {
      const { log, signal } = await gateway.end();
      expect(signal).toBe('SIGTERM');
      // The failure is told once, and nothing else.
      expect(log.match(/MCP_GATEWAY_FAILURE.*/g)).toEqual([
        expect.stringContaining('503 store_unavailable'),
      ]);
      expect(log.match(/\[[A-Z_]+\] \w*Warning|unhandled|uncaught/gi)).toEqual([
        '[MCP_GATEWAY_FAILURE] McpGatewayWarning',
      ]);
      expect(log).not.toContain(KEYS.ada);
    }
  });

  test('what was refused while Redis was away is not done when it is back', async () => {
    const { redis, one } = await twoGateways();
    await redis.crash();
    expect(await one.send('ada')).toEqual(UNAVAILABLE);
    await redis.restart();
    await one.ready();
    expect(await redis.ask('DBSIZE')).toBe(0);
  });
});
