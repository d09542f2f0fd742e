import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { outcomeOf } from '../support/client/refusal.ts';
import { describeRedis, type Redis, startRedis } from '../support/redis.ts';
import { type LoggedExample, startLoggedExample } from '../support/start-example.ts';
import { type RecordingUpstream, recordingUpstream } from '../support/upstream.ts';

/** As the example has it: so many calls an hour. */
const LIMIT = 30;
const HOUR_MS = 3_600_000;

/** Far more than a store may take, and far less than a client would wait. */
const BOUND_MS = 10_000;

/** How many requests each process has at once. */
const LANES = 4;

interface Answer {
  readonly status: number;
  readonly reason: string | undefined;
  readonly retryAfter: number | undefined;
  readonly limits: string;
}

const OK = expect.objectContaining({ status: 200, reason: undefined });
const OVER = expect.objectContaining({ status: 429, reason: 'rate_limited' });
const UNAVAILABLE = expect.objectContaining({
  status: 503,
  reason: 'store_unavailable',
  retryAfter: expect.any(Number),
});

/** One of the processes in front of the upstream. */
class Gateway {
  readonly #example: LoggedExample;

  static async start(
    { url }: Redis,
    { target }: RecordingUpstream,
    isPatient: boolean,
  ): Promise<Gateway> {
    const env = { MCP_TARGET: String(target), REDIS_URL: url };
    return new Gateway(await startLoggedExample('redis.ts', env, { isPatient }));
  }

  private constructor(example: LoggedExample) {
    this.#example = example;
  }

  async #send(method: string): Promise<Answer> {
    const params = method === 'tools/call' ? { name: 'search', arguments: {} } : {};
    const answer = await fetch(`http://127.0.0.1:${this.#example.port}/mcp`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      signal: AbortSignal.timeout(BOUND_MS),
    });
    const body = await answer.text();
    const retryAfter = answer.headers.get('retry-after');
    return {
      status: outcomeOf({ status: answer.status, body }),
      reason: JSON.parse(body).error?.data.reason,
      retryAfter: retryAfter === null ? undefined : Number(retryAfter),
      limits: answer.headers.get('ratelimit') ?? '',
    };
  }

  /** What the limit that lets pass is about, and the other is not. */
  list(): Promise<Answer> {
    return this.#send('tools/list');
  }

  /** What both limits are about. */
  call(): Promise<Answer> {
    return this.#send('tools/call');
  }

  /** Waits until it counts. */
  async ready(): Promise<this> {
    while ((await this.list()).limits === '') await setTimeout(20);
    return this;
  }

  /** Ends it; gives what it said, and what ended it. */
  end(): ReturnType<LoggedExample['end']> {
    return this.#example.end();
  }
}

async function twoGateways(isPatient = true) {
  const [redis, upstream] = await Promise.all([startRedis(), recordingUpstream()]);
  const startOne = () => Gateway.start(redis, upstream, isPatient);
  const starting = [startOne(), startOne()] as const;
  const gateways = await Promise.all(starting);
  await Promise.all(gateways.map((gateway) => gateway.ready()));
  return { redis, upstream, gateways };
}

/** Calls in turn at each of them, many at once. */
async function calls(gateways: readonly Gateway[], number: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  let left = number;
  const lanes = Array.from({ length: LANES }, () => gateways).flat();
  await Promise.all(
    lanes.map(async (gateway) => {
      while (left > 0) {
        left -= 1;
        answers.push(await gateway.call());
      }
    }),
  );
  return answers;
}

/** Of so many calls, so many pass, and all others are over the limit. */
function expectPassed(answers: readonly Answer[], number: number): void {
  const passed = answers.filter(({ status }) => status === 200);
  const others = answers.filter(({ status }) => status !== 200);
  for (const answer of others) expect(answer).toEqual(OVER);
  expect(passed).toHaveLength(number);
  expect(others.length).toBeGreaterThan(0);
}

const callsHeard = ({ seen }: RecordingUpstream) =>
  seen.filter(({ body }) => body.includes('"tools/call"')).length;

/** How many calls Redis knows of. */
async function counted(redis: Redis): Promise<number> {
  const [key] = (await redis.ask('KEYS', 'mcp-limit:calls:*')) as string[];
  return key === undefined ? 0 : Number(await redis.ask('GET', key));
}

describeRedis('two processes with their limits in Redis', () => {
  test('one after the other: exactly the limit passes, wherever it was used up', async () => {
    const { redis, upstream, gateways } = await twoGateways();
    const [one, other] = gateways;
    for (let i = 0; i < LIMIT; i += 1) {
      const answer = await (i % 3 === 0 ? one : other).call();
      expect(answer).toEqual(OK);
      expect(answer.limits).toContain(`"calls"; r=${LIMIT - 1 - i};`);
    }
    for (const gateway of gateways) {
      const answer = await gateway.call();
      expect(answer).toEqual(OVER);
      expect(answer.retryAfter).toBeLessThanOrEqual(HOUR_MS / 1000);
      expect(answer.retryAfter).toBeGreaterThan(HOUR_MS / 2000);
      // The other limit is not used up.
      expect(await gateway.list()).toEqual(OK);
    }
    expect(callsHeard(upstream)).toBe(LIMIT);
    expect(await redis.ask('KEYS', '*')).toEqual([
      expect.stringMatching(/^mcp-limit:/),
      expect.stringMatching(/^mcp-limit:/),
    ]);
  });

  test('many at once: exactly the limit passes', async () => {
    const { upstream, gateways } = await twoGateways();
    expectPassed(await calls(gateways, LIMIT + 12), LIMIT);
    expect(callsHeard(upstream)).toBe(LIMIT);
  });

  test('the window ends for both at once, and begins anew for both', async () => {
    const { redis, gateways } = await twoGateways();
    expectPassed(await calls(gateways, LIMIT + 12), LIMIT);
    const [key = ''] = (await redis.ask('KEYS', 'mcp-limit:calls:*')) as string[];
    await redis.ask('PEXPIRE', key, '1');
    while ((await redis.ask('EXISTS', key)) === 1) await setTimeout(1);
    expectPassed(await calls(gateways, LIMIT + 12), LIMIT);
  });

  test('many at once, in a Redis that has lost its scripts: exactly the limit passes', async () => {
    const { redis, gateways } = await twoGateways();
    await redis.ask('SCRIPT', 'FLUSH');
    expectPassed(await calls(gateways, LIMIT + 12), LIMIT);
  });

  test.each([
    {
      is: 'killed',
      fail: ({ crash }: Redis) => crash(),
      recover: ({ restart }: Redis) => restart(),
      keeps: 0,
    },
    {
      is: 'hung',
      fail: ({ hang }: Redis) => hang(),
      recover: ({ resume }: Redis) => resume(),
      keeps: 10,
    },
    {
      is: 'too slow to count',
      fail: ({ ask }: Redis) => ask('CLIENT', 'PAUSE', String(HOUR_MS), 'WRITE'),
      recover: ({ ask }: Redis) => ask('CLIENT', 'UNPAUSE'),
      keeps: 10,
    },
  ])(
    'Redis $is: `onStoreError` in time, and limits are back without a restart',
    async ({ fail, recover, keeps }) => {
      // A Redis that is gone says so at once: it was killed with all that was in it.
      const isPatient = keeps === 0;
      const { redis, upstream, gateways: running } = await twoGateways(isPatient);
      for (const gateway of running) {
        for (let i = 0; i < 5; i += 1) expect(await gateway.call()).toEqual(OK);
      }

      await fail(redis);
      const gateways = [...running, await Gateway.start(redis, upstream, isPatient)];
      const heard = callsHeard(upstream);
      for (const gateway of gateways) {
        const passed = await gateway.list();
        expect(passed).toEqual(OK);
        expect(passed.limits).toBe('');
        expect(await gateway.call()).toEqual(UNAVAILABLE);
      }
      const atOnce = await calls(gateways, 6);
      expect(atOnce).toEqual(atOnce.map(() => UNAVAILABLE));
      expect(callsHeard(upstream)).toBe(heard);

      await recover(redis);
      await Promise.all(gateways.map((gateway) => gateway.ready()));
      // What it was sent while it hung may be in it, and nothing that was not sent.
      const used = await counted(redis);
      expect(used).toBeGreaterThanOrEqual(keeps);
      expect(used).toBeLessThanOrEqual(keeps && keeps + gateways.length + atOnce.length);
      expectPassed(await calls(gateways, LIMIT + 12), LIMIT - used);
      for (const gateway of gateways) expect(await gateway.call()).toEqual(OVER);

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
      }
    },
    // Three processes start one after the other, which takes long where others run as well.
    60_000,
  );
});
