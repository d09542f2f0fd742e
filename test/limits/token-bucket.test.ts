import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { buckets } from '../../src/slots/rate-limit/bucket-entry.ts';
import { LocalStore } from '../../src/slots/rate-limit/local-store.ts';
import { valuesOf } from '../support/client/answer.ts';
import { errorOf } from '../support/client/refusal.ts';
import { passes } from '../support/fake-time.ts';
import { call, message, notification } from '../support/messages.ts';
import { byHeader, limited } from './support/limited.ts';

const PING = message('ping');
const times = (n: number) => Array.from({ length: n }, () => PING);

/** Three at once, and one more every ten seconds. */
const BUCKET = { burst: 3, refill: { amount: 1, every: '10s' } } as const;

describe('a token bucket', () => {
  test('lets so many pass at once, and one more for each that came back', async () => {
    passes(0);
    const { statuses, upstream } = await limited(BUCKET);
    expect(await statuses(times(5))).toEqual([200, 200, 200, 429, 429]);
    passes(9_999);
    expect(await statuses(times(1))).toEqual([429]);
    passes(1);
    expect(await statuses(times(2))).toEqual([200, 429]);
    passes(20_000);
    expect(await statuses(times(3))).toEqual([200, 200, 429]);
    expect(upstream.seen).toHaveLength(6);
  });

  test('is never fuller than full', async () => {
    passes(0);
    const { statuses } = await limited(BUCKET);
    expect(await statuses(times(1))).toEqual([200]);
    passes(3_600_000);
    expect(await statuses(times(4))).toEqual([200, 200, 200, 429]);
  });

  test('says what is left, when it is full, and how long to wait', async () => {
    passes(0);
    const { send } = await limited({ ...BUCKET, name: 'bucket' });
    const first = await send(PING);
    expect(valuesOf(first, 'ratelimit')).toEqual(['"bucket"; r=2; t=10']);
    expect(valuesOf(first, 'ratelimit-policy')[0]).toMatch(/^"bucket"; q=3; w=30; pk=:/);
    await send(PING);
    passes(4_000);
    const third = await send(PING);
    // 2.6 of 3 are used: what is left is no whole one.
    expect(valuesOf(third, 'ratelimit')).toEqual(['"bucket"; r=0; t=26']);

    const refused = await send(PING);
    expect(refused.status).toBe(429);
    expect(valuesOf(refused, 'retry-after')).toEqual(['6']);
    expect(errorOf(refused).message).toBe(
      'Too many requests: the limit is 3 at once and 1 more every 10 seconds; ' +
        'wait 6 seconds before you try again',
    );
    passes(6_000);
    expect((await send(PING)).status).toBe(200);
  });

  test('takes nothing out for what it refuses, heavy or not', async () => {
    passes(0);
    const { statuses, send } = await limited({
      ...BUCKET,
      weight: ({ mcp }) => Number(mcp.arguments?.pages ?? 1),
    });
    const pages = (n: number) => call('t', { args: `{"pages":${n}}` });
    expect(await statuses([pages(2), pages(2), pages(2), pages(1)])).toEqual([200, 429, 429, 200]);
    const refused = await send(pages(3));
    expect([refused.status, valuesOf(refused, 'retry-after')]).toEqual([429, ['30']]);
    const never = await send(pages(4));
    expect(errorOf(never).message).toContain('no more than 3 may be asked for at once');
  });

  test('is one for each caller, and one for what ends or answers something', async () => {
    passes(0);
    const { statuses } = await limited({ ...BUCKET, by: 'user' }, { auth: byHeader });
    expect(await statuses(times(4), { user: 'ada' })).toEqual([200, 200, 200, 429]);
    expect(await statuses(times(1), { user: 'grace' })).toEqual([200]);
  });

  test('leaves notifications a bucket of their own', async () => {
    passes(0);
    const { statuses } = await limited({ ...BUCKET, match: { method: '*' } });
    expect(await statuses([...times(4), notification('notifications/cancelled')])).toEqual([
      200, 200, 200, 429, 200,
    ]);
  });

  test('gives back what another limit refuses', async () => {
    passes(0);
    const { statuses } = await limited([
      { ...BUCKET, name: 'first', by: ['ip', 'tool'] },
      { limit: 1, window: '1s', name: 'second', match: { name: 'b' } },
    ]);
    expect(await statuses([call('b'), call('b'), call('b'), call('b')])).toEqual([
      200, 429, 429, 429,
    ]);
    passes(1_000);
    // What the second one refused was counted by the first, which stands in front.
    expect(await statuses([call('b')])).toEqual([429]);
  });
});

describe('buckets in this process', () => {
  const HOUR = 3_600_000;
  const add = async (store: LocalStore, key: string, limit: number, owner?: string) =>
    store.add(key, 1, limit, owner === undefined ? undefined : () => owner).totalHits;

  test('allow no more in any time than the burst and what comes back in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 5_000 }),
        fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 1, maxLength: 60 }),
        async (burst, msPerUnit, waits) => {
          jest.useFakeTimers({ now: 1e12, doNotFake: ['nextTick', 'queueMicrotask'] });
          const store = new LocalStore(buckets(msPerUnit));
          const passed: number[] = [];
          let refused = 0;
          for (const wait of waits) {
            jest.setSystemTime(Date.now() + wait);
            if ((await add(store, 'key', burst)) <= burst) passed.push(Date.now());
            else refused += 1;
          }
          for (const [i, from] of passed.entries()) {
            for (const [j, to] of passed.entries()) {
              if (j >= i)
                expect(j - i + 1).toBeLessThanOrEqual(burst + (to - from) / msPerUnit + 1e-3);
            }
          }
          // And refuses nothing that a bucket has room for.
          if (waits.every((wait) => wait >= msPerUnit)) expect(refused).toBe(0);
        },
      ),
    );
    jest.useRealTimers();
  });

  test('a clock that is set back opens nothing', async () => {
    passes(0);
    const store = new LocalStore(buckets(1000));
    for (let n = 1; n <= 3; n += 1) expect(await add(store, 'key', 3)).toBe(n);
    passes(-HOUR);
    expect(await add(store, 'key', 3)).toBe(4);
    passes(1000);
    expect(await add(store, 'key', 3)).toBe(3);
  });

  test('what is full again is forgotten, also behind what is in use', async () => {
    passes(0);
    const store = new LocalStore(buckets(1000));
    await add(store, 'in use', 10);
    for (let i = 0; i < 100; i += 1) await add(store, `key ${i}`, 10);
    for (let n = 0; n < 5; n += 1) {
      passes(500);
      await add(store, 'in use', 10);
    }
    expect(store.size).toBe(1);
  });

  test('keys that one caller makes up forget nothing and leave room for others', async () => {
    passes(0);
    const store = new LocalStore(buckets(1000));
    for (let i = 0; i < 30_000; i += 1) {
      // Much more slowly than one key is full again.
      if (i % 1000 === 0) passes(50);
      await add(store, `made up ${i}`, 2, 'mallory');
    }
    expect(store.size).toBeLessThan(11_000);
    expect(await add(store, 'a tool', 2, 'mallory')).toBeGreaterThan(2);
    expect(await add(store, 'a tool', 2, 'ada')).toBe(1);
  });
});
