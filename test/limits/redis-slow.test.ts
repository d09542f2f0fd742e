import { setImmediate } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import type { WindowLimit } from '../../src/index.ts';
import type { Answer } from '../support/client/answer.ts';
import { valuesOf } from '../support/client/answer.ts';
import { errorOf, outcomeOf } from '../support/client/refusal.ts';
import { post } from '../support/client/send.ts';
import { holdTimers } from '../support/fake-time.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { call } from '../support/messages.ts';
import { describeRedis, type Redis, startRedis } from '../support/redis.ts';
import { type RecordingUpstream, recordingUpstream } from '../support/upstream.ts';
import { redisStoreAt, type SlowWay, slowWayTo } from './support/slow-redis.ts';

/** How long it may not take; docs/slots/rate-limit.md says so. */
const TOO_SLOW_MS = 250;
const SLOW_MS = TOO_SLOW_MS - 1;

interface Scene {
  readonly redis: Redis;
  readonly upstream: RecordingUpstream;
  readonly way: SlowWay;
  readonly gateways: readonly TestGateway[];
  /** So many calls, at once, in turn at each of the gateways. */
  calls(number: number): Promise<Answer[]>;
}

/**
 * Two gateways, each with a connection of its own on the slow way to the Redis that they share.
 * Time stands still for them: their timers run only when the test says so.
 */
async function scene(limit: Omit<WindowLimit, 'store' | 'window' | 'name'>): Promise<Scene> {
  const [redis, upstream] = await Promise.all([startRedis(), recordingUpstream()]);
  const way = await slowWayTo(redis);
  const startOne = async () => {
    const store = await redisStoreAt(way);
    const rateLimit = { ...limit, window: '1h', name: 'calls', store };
    const gateway = await startGateway({ target: upstream.target, rateLimit });
    // Were their answers still to come, they would be held as well.
    await Promise.all([store.incrementScriptSha, store.getScriptSha]);
    return gateway;
  };
  const gateways = [await startOne(), await startOne()];
  holdTimers();
  let turn = 0;
  const callOne = () => post((gateways[turn++ % 2] as TestGateway).port, call('t'));
  return {
    redis,
    upstream,
    way,
    gateways,
    calls: (number) => Promise.all(Array.from({ length: number }, callOne)),
  };
}

/**
 * So many calls at once, of which each step takes Redis almost too long. `steps` says how many answers
 * there are to each of the commands of a step, which follow one another.
 */
async function slowCalls(
  { way, calls }: Scene,
  number: number,
  steps: readonly (readonly number[])[],
): Promise<Answer[]> {
  way.hold();
  const answers = calls(number);
  for (const commands of steps) {
    for (const held of commands) {
      await way.held(held);
      expect(way.waiting).toBe(held);
      jest.advanceTimersByTime(SLOW_MS / commands.length);
      way.deliver();
    }
  }
  way.release();
  return answers;
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
  answers
    .map((answer) => (outcomeOf(answer) === 200 ? 'passed' : errorOf(answer).data.reason))
    .sort();

const times = <T>(number: number, value: T): T[] => Array<T>(number).fill(value);

const reasons = ({ gateways }: Scene) =>
  gateways.flatMap(({ errors }) => errors).map(({ reason }) => reason);

describeRedis('a Redis that is slow, but not too slow', () => {
  test('one after the other: each is counted, and exactly the limit passes', async () => {
    const own = await scene({ limit: 6 });
    for (let i = 0; i < 6; i += 1) {
      const [answer] = (await slowCalls(own, 1, [[1]])) as [Answer];
      expect(outcomes([answer])).toEqual(['passed']);
      expect(valuesOf(answer, 'ratelimit')[0]).toContain(`"calls"; r=${5 - i};`);
      expect(await counted(own)).toBe(i + 1);
    }
    expect(outcomes(await slowCalls(own, 2, [[2]]))).toEqual(times(2, 'rate_limited'));
    expect(own.upstream.seen).toHaveLength(6);
  });

  test('many at once: exactly the limit passes, and nothing is refused for the time it takes', async () => {
    const own = await scene({ limit: 30 });
    const answers = await slowCalls(own, 42, [[42]]);
    expect(outcomes(answers)).toEqual([...times(30, 'passed'), ...times(12, 'rate_limited')]);
    expect(own.upstream.seen).toHaveLength(30);
    expect(await counted(own)).toBe(42);
    expect(reasons(own)).toEqual(times(12, 'rate_limited'));
  });

  test('heavy ones at once: exactly as many as fit, and what did not fit is taken back', async () => {
    const own = await scene({ limit: 50, weight: 10 });
    // Each looks how much is left, and then counts all at once.
    const answers = await slowCalls(own, 8, [[8], [80]]);
    expect(outcomes(answers)).toEqual([...times(5, 'passed'), ...times(3, 'rate_limited')]);
    expect(own.upstream.seen).toHaveLength(5);
    await hasCounted(own, 50);
    expect(outcomes(await slowCalls(own, 1, [[1]]))).toEqual(['rate_limited']);
    expect(await counted(own)).toBe(50);
  });

  test.each([
    { weight: 1, steps: [[2, 2, 2]] },
    {
      weight: 3,
      steps: [
        [2, 2, 2],
        [6, 6, 6],
      ],
    },
  ])(
    'one that has lost its scripts: each is counted, $weight at once',
    async ({ weight, steps }) => {
      const own = await scene({ limit: 9 * weight, weight });
      expect(outcomes(await own.calls(2))).toEqual(times(2, 'passed'));
      await own.redis.ask('SCRIPT', 'FLUSH');
      // Each command fails, its script is loaded, and it is sent again: all that in the same time.
      expect(outcomes(await slowCalls(own, 2, steps))).toEqual(times(2, 'passed'));
      expect(await counted(own)).toBe(4 * weight);
    },
  );
});

/** How many answers to four calls are there in time, and how many are then too late. */
const LATE = [
  { weight: 1, late: 'counting', inTime: [], tooLate: 4 },
  { weight: 3, late: 'looking', inTime: [], tooLate: 4 },
  { weight: 3, late: 'counting', inTime: [4], tooLate: 12 },
];

describeRedis('a Redis that is too slow', () => {
  test.each(
    LATE.flatMap((late) => [
      { ...late, onStoreError: 'deny' as const, outcome: 'store_unavailable' },
      { ...late, onStoreError: 'allow' as const, outcome: 'passed' },
    ]),
  )(
    '$onStoreError, $weight at once, too slow in $late: decides in time, and counts again when it is faster',
    async ({ onStoreError, weight, inTime, tooLate, outcome }) => {
      const own = await scene({ limit: 6 * weight, onStoreError, weight });
      expect(outcomes(await own.calls(2))).toEqual(times(2, 'passed'));

      own.way.hold();
      const calls = own.calls(4);
      for (const held of inTime) {
        await own.way.held(held);
        own.way.deliver();
      }
      await own.way.held(tooLate);
      jest.advanceTimersByTime(TOO_SLOW_MS);
      const answers = await calls;
      // Redis has not answered yet.
      expect(own.way.waiting).toBe(tooLate);
      expect(outcomes(answers)).toEqual(times(4, outcome));
      for (const answer of answers) {
        expect(valuesOf(answer, 'ratelimit')).toEqual([]);
        expect(valuesOf(answer, 'retry-after')).toHaveLength(outcome === 'passed' ? 0 : 1);
      }
      expect(reasons(own)).toEqual(times(4, 'store_unavailable'));
      expect(own.upstream.seen).toHaveLength(outcome === 'passed' ? 6 : 2);

      own.way.release();
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
    own.way.hold();
    const calls = own.calls(2);
    await own.way.held(2);
    jest.advanceTimersByTime(TOO_SLOW_MS);
    expect(outcomes(await calls)).toEqual(times(2, 'store_unavailable'));
    own.way.release();
    // Behind whatever was sent when the answers came.
    expect(outcomes(await own.calls(2))).toEqual(times(2, 'passed'));
    // Others would have found themselves over the limit meanwhile.
    expect(await own.redis.ask('INFO', 'commandstats')).not.toContain('cmdstat_decr:');
    const increments = /cmdstat_incr:calls=(\d+)/.exec(
      String(await own.redis.ask('INFO', 'commandstats')),
    );
    expect(Number(increments?.[1])).toBe(2 * 3 - 1);
  });
});
