import { setImmediate } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Limit } from '../../src/index.ts';
import { call } from '../policies/support/messages.ts';
import { type Answer, errorOf, post } from '../policies/support/wire.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { describeRedis, type Redis, startRedis } from '../support/redis.ts';
import { type RecordingUpstream, recordingUpstream } from '../support/upstream.ts';
import { fieldOf } from './support/limited.ts';
import { redisStoreAt, type SlowWay, slowWayTo } from './support/slow-redis.ts';

/** A thousand times what Redis takes, and far less than it may take. */
const SLOW_MS = 60;
/** Far more than it may take. */
const TOO_SLOW_MS = 1000;

interface Scene {
  readonly redis: Redis;
  readonly upstream: RecordingUpstream;
  readonly ways: readonly SlowWay[];
  readonly gateways: readonly TestGateway[];
  /** So many calls, at once, in turn at each of the gateways. */
  calls(number: number): Promise<Answer[]>;
}

/** Two gateways, each with a slow way of its own to the Redis that they share. */
async function scene(
  limit: Omit<Limit, 'store' | 'window' | 'name'>,
  slowMs = SLOW_MS,
): Promise<Scene> {
  const [redis, upstream] = await Promise.all([startRedis(), recordingUpstream()]);
  const ways = [await slowWayTo(redis, slowMs), await slowWayTo(redis, slowMs)];
  const gateways = await Promise.all(
    ways.map(async (way) =>
      startGateway({
        target: upstream.target,
        rateLimit: { ...limit, window: '1h', name: 'calls', store: await redisStoreAt(way) },
      }),
    ),
  );
  return {
    redis,
    upstream,
    ways,
    gateways,
    calls: (number) =>
      Promise.all(
        Array.from({ length: number }, (_, i) =>
          post((gateways[i % gateways.length] as TestGateway).port, call('t')),
        ),
      ),
  };
}

/** How much is counted. */
async function counted({ redis }: Scene): Promise<number> {
  const keys = (await redis.ask('KEYS', '*')) as string[];
  const values = await Promise.all(keys.map((key) => redis.ask('GET', key)));
  return values.map(Number).reduce((all, value) => all + value, 0);
}

/** Waits until so much is counted. */
async function hasCounted(own: Scene, number: number): Promise<void> {
  while ((await counted(own)) !== number) await setImmediate();
}

const outcomes = (answers: readonly Answer[]) =>
  answers.map((answer) => (answer.status === 200 ? 'passed' : errorOf(answer).data.reason)).sort();

const times = <T>(number: number, value: T): T[] => Array<T>(number).fill(value);

describeRedis('fault 37: a Redis that is slow, but not too slow', () => {
  test('one after the other: each is counted, and exactly the limit passes', async () => {
    const own = await scene({ limit: 6 });
    for (let i = 0; i < 6; i += 1) {
      const [answer] = (await own.calls(1)) as [Answer];
      expect(outcomes([answer])).toEqual(['passed']);
      expect(fieldOf(answer, 'ratelimit')[0]).toContain(`"calls"; r=${5 - i};`);
      expect(await counted(own)).toBe(i + 1);
    }
    expect(outcomes(await own.calls(2))).toEqual(times(2, 'rate_limited'));
    expect(own.upstream.seen).toHaveLength(6);
  });

  test('many at once: exactly the limit passes, and nothing is refused for the time it takes', async () => {
    const own = await scene({ limit: 30 });
    const answers = await own.calls(42);
    expect(outcomes(answers)).toEqual([...times(30, 'passed'), ...times(12, 'rate_limited')]);
    expect(own.upstream.seen).toHaveLength(30);
    expect(await counted(own)).toBe(42);
    expect(own.gateways.flatMap(({ errors }) => errors).map(({ reason }) => reason)).toEqual(
      times(12, 'rate_limited'),
    );
  });

  test('heavy ones at once: exactly as many as fit, and what did not fit is taken back', async () => {
    const own = await scene({ limit: 100, weight: 10 });
    const answers = await own.calls(14);
    expect(outcomes(answers)).toEqual([...times(10, 'passed'), ...times(4, 'rate_limited')]);
    expect(own.upstream.seen).toHaveLength(10);
    await hasCounted(own, 100);
    expect(outcomes(await own.calls(1))).toEqual(['rate_limited']);
    expect(await counted(own)).toBe(100);
  });

  test('one that has lost its scripts: each is counted', async () => {
    // It takes three answers then.
    const own = await scene({ limit: 9 }, SLOW_MS / 3);
    expect(outcomes(await own.calls(2))).toEqual(times(2, 'passed'));
    await own.redis.ask('SCRIPT', 'FLUSH');
    expect(outcomes(await own.calls(2))).toEqual(times(2, 'passed'));
    expect(await counted(own)).toBe(4);
  });
});

describeRedis('faults 36, 37: a Redis that is too slow', () => {
  test.each([
    { onStoreError: 'deny', weight: 1, outcome: 'store_unavailable' },
    { onStoreError: 'deny', weight: 3, outcome: 'store_unavailable' },
    { onStoreError: 'allow', weight: 1, outcome: 'passed' },
    { onStoreError: 'allow', weight: 3, outcome: 'passed' },
  ] as const)(
    '$onStoreError, $weight at once: decides in time, and counts again when it is faster',
    async ({ onStoreError, weight, outcome }) => {
      const own = await scene({ limit: 6 * weight, onStoreError, weight });
      expect(outcomes(await own.calls(2))).toEqual(times(2, 'passed'));

      for (const way of own.ways) way.delayMs = TOO_SLOW_MS;
      const answers = await own.calls(4);
      // Redis has not answered yet.
      for (const { pending } of own.ways) expect(pending).toBeGreaterThan(0);
      expect(outcomes(answers)).toEqual(times(4, outcome));
      for (const answer of answers) {
        expect(fieldOf(answer, 'ratelimit')).toEqual([]);
        expect(fieldOf(answer, 'retry-after')).toHaveLength(outcome === 'passed' ? 0 : 1);
      }
      const reasons = own.gateways.flatMap(({ errors }) => errors).map(({ reason }) => reason);
      expect(reasons).toEqual(times(4, 'store_unavailable'));
      expect(own.upstream.seen).toHaveLength(outcome === 'passed' ? 6 : 2);

      for (const way of own.ways) way.delayMs = SLOW_MS;
      for (const way of own.ways) await way.idle();
      // What Redis has counted late for a request that went uncounted is taken back.
      await hasCounted(own, 2 * weight);
      expect(outcomes(await own.calls(7))).toEqual([
        ...times(4, 'passed'),
        ...times(3, 'rate_limited'),
      ]);
    },
  );

  test('what was decided before Redis said how much is left is not counted any more', async () => {
    const own = await scene({ limit: 9, weight: 3 });
    for (const way of own.ways) way.delayMs = TOO_SLOW_MS;
    expect(outcomes(await own.calls(2))).toEqual(times(2, 'store_unavailable'));
    for (const way of own.ways) way.delayMs = SLOW_MS;
    for (const way of own.ways) await way.idle();
    // Behind whatever was sent when the answers came.
    expect(outcomes(await own.calls(2))).toEqual(times(2, 'passed'));
    // Others would have found themselves over the limit meanwhile.
    expect(await own.redis.ask('INFO', 'commandstats')).not.toContain('cmdstat_decr:');
    const calls = /cmdstat_incr:calls=(\d+)/.exec(
      String(await own.redis.ask('INFO', 'commandstats')),
    );
    expect(Number(calls?.[1])).toBe(2 * 3 - 1);
  });
});
