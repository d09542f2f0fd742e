import { describe, expect, test } from '@jest/globals';
import type { ClientRateLimitInfo } from 'express-rate-limit';
import type { Limit } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { errorOf } from '../support/client/refusal.ts';
import { call } from '../support/messages.ts';
import { byHeader, limited } from './support/limited.ts';
import { TestStore } from './support/stores.ts';

const weight: Limit['weight'] = ({ mcp }) => Number(mcp.arguments?.pages);
const pages = (n: number) => call('t', { args: `{"pages":${n}}` });

/** One that can be asked without counting, as those of Redis and of this process can. */
class ReadableStore extends TestStore {
  readonly reads: string[] = [];

  get(key: string): ClientRateLimitInfo | undefined {
    this.reads.push(key);
    const totalHits = this.counts.get(key);
    return totalHits === undefined
      ? undefined
      : { totalHits, resetTime: new Date(Date.now() + this.windowMs) };
  }
}

/** Where it is counted; in this process where nothing is said. */
const PLACES: [string, () => TestStore | undefined][] = [
  ['in this process', () => undefined],
  ['in a store', () => new TestStore()],
  ['in a store that can be read', () => new ReadableStore()],
];

describe.each(PLACES)('heavy requests at once, counted %s', (_where, makeStore) => {
  test.each([
    { limit: 5, heavy: 5, atOnce: 2, pass: 1 },
    { limit: 10, heavy: 5, atOnce: 3, pass: 2 },
    { limit: 100, heavy: 60, atOnce: 4, pass: 1 },
    { limit: 7, heavy: 3, atOnce: 6, pass: 2 },
  ])('of $atOnce for $heavy, $pass pass a limit of $limit', async (own) => {
    const store = makeStore();
    // All of them wait for this one promise, and go on in one turn of the event loop.
    const arrived: (() => void)[] = [];
    const auth = () =>
      new Promise<{ subject: string }>((resolve) => {
        arrived.push(() => resolve({ subject: 'ada' }));
        if (arrived.length === own.atOnce) for (const go of arrived) go();
      });
    const limit = { limit: own.limit, window: '1h', by: 'user', weight, ...(store && { store }) };
    const { send, upstream } = await limited(limit as Limit, { auth });
    const answers = await Promise.all(
      Array.from({ length: own.atOnce }, () => send(pages(own.heavy))),
    );
    const passed = answers.filter(({ status }) => status === 200);
    expect([passed.length, upstream.seen.length]).toEqual([own.pass, own.pass]);
  });

  test('what is refused leaves the rest to smaller ones', async () => {
    const store = makeStore();
    const limit = { limit: 10, window: '1h', weight, ...(store && { store }) };
    const { statuses } = await limited(limit);
    const bodies = [pages(6), pages(5), pages(5), pages(3), pages(2), pages(1), pages(1)];
    expect(await statuses(bodies)).toEqual([200, 429, 429, 200, 429, 200, 429]);
  });
});

test('of one caller the headers name one partition, however much is asked for', async () => {
  const byUser = { limit: 10, window: '1h', by: 'user', weight } as const;
  const { send } = await limited(byUser, { auth: byHeader });
  const partitionOf = async (n: number, user: string) =>
    /pk=:([\w+/=]+):/.exec(
      valuesOf(await send(pages(n), { user }), 'ratelimit-policy')[0] ?? '',
    )?.[1];
  const ada = await partitionOf(1, 'ada');
  expect(ada).toMatch(/^[\w+/]{16}$/);
  expect(await partitionOf(3, 'ada')).toBe(ada);
  expect(await partitionOf(1, 'grace')).not.toBe(ada);
});

describe('what a store is asked for a heavy request', () => {
  test('that passes: one call for each unit', async () => {
    const store = new ReadableStore();
    const { statuses } = await limited({ limit: 1000, window: '1h', weight, store });
    expect(await statuses([pages(20)])).toEqual([200]);
    expect(store.calls).toHaveLength(20);
  });

  test('that is refused: what is counted, and nothing more', async () => {
    const store = new ReadableStore();
    const { statuses, send } = await limited({ limit: 1000, window: '1h', weight, store });
    expect(await statuses([pages(600)])).toEqual([200]);
    store.calls.length = 0;
    store.reads.length = 0;
    const answer = await send(pages(500));
    expect([answer.status, store.calls.length, store.reads.length]).toEqual([429, 0, 1]);
    expect(valuesOf(answer, 'retry-after')).toEqual(['3600']);
    expect([...store.counts.values()]).toEqual([600]);
  });

  test.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['no number', () => ({ totalHits: Number.NaN, resetTime: new Date() })],
    ['that it failed', () => Promise.reject(new Error('no'))],
  ])('by a look that says %s: it is counted', async (_what, get) => {
    const store = new ReadableStore();
    store.get = get as never;
    const { statuses } = await limited({ limit: 10, window: '1h', weight, store });
    expect(await statuses([pages(6), pages(5), pages(4)])).toEqual([200, 429, 200]);
  });
});

describe('what is taken back is taken from the window that it was counted in', () => {
  test('a store whose window ends keeps what it has', async () => {
    const store = new TestStore();
    // It ends before anything could be taken back.
    store.increments = (key) => ({ ...store.add(key), resetTime: new Date(Date.now() + 50) });
    const { statuses } = await limited({ limit: 10, window: '1h', weight, store });
    expect(await statuses([pages(6), pages(6)])).toEqual([200, 429]);
    expect([...store.counts.values()]).toEqual([12]);
  });

  test('of a count that others have brought below zero, what is missing is put back', async () => {
    const store = new TestStore();
    const { send, upstream } = await limited({ limit: 10, window: '1h', store });
    expect((await send(pages(1))).status).toBe(200);
    for (const key of store.counts.keys()) store.counts.set(key, -50);
    // However many come at once, and whichever of them puts it back.
    await Promise.all(Array.from({ length: 40 }, () => send(pages(1))));
    await Promise.all(Array.from({ length: 40 }, () => send(pages(1))));
    expect(upstream.seen).toHaveLength(11);
    expect(store.inits).toBe(1);
  });
});

describe('a store that fails over a heavy request', () => {
  test('in the middle of it: 503, and what was counted is taken back', async () => {
    const store = new TestStore();
    store.increments = (key) => {
      if (store.calls.length === 4) throw new Error('gone');
      return store.add(key);
    };
    const { send, statuses } = await limited({ limit: 10, window: '1h', weight, store });
    const answer = await send(pages(9));
    expect([answer.status, errorOf(answer).data.reason]).toEqual([503, 'store_unavailable']);
    expect([...store.counts.values()]).toEqual([0]);
    expect(await statuses([pages(10), pages(1)])).toEqual([200, 429]);
  });

  test('that answers too late: what it counted for nobody is taken back', async () => {
    const store = new TestStore();
    const late: (() => void)[] = [];
    store.increments = (key) => new Promise((resolve) => late.push(() => resolve(store.add(key))));
    const { statuses } = await limited({ limit: 10, window: '1h', weight, store });
    expect(await statuses([pages(9)])).toEqual([503]);
    for (const answer of late) answer();
    store.increments = (key) => store.add(key);
    expect(await statuses([pages(10)])).toEqual([200]);
  });
});
