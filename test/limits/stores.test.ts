import { describe, expect, test } from '@jest/globals';
import { type IncrementResponse, MemoryStore } from 'express-rate-limit';
import { valuesOf } from '../support/client/answer.ts';
import { errorOf } from '../support/client/refusal.ts';
import { call, message } from '../support/messages.ts';
import { limited } from './support/limited.ts';
import { TestStore } from './support/stores.ts';

const PING = message('ping');

/** What a store may do instead of counting. */
const FAILURES: Record<string, TestStore['increments']> = {
  rejects: () => Promise.reject(new Error('Redis is at 10.0.0.9')),
  'rejects with nothing': () => Promise.reject(),
  throws: () => {
    throw new Error('Redis is at 10.0.0.9');
  },
  hangs: () => new Promise(() => {}),
  'hangs and rejects later': () =>
    new Promise((_resolve, reject) => setTimeout(reject, 400, new Error('too late'))),
  'gives nothing': () => undefined as never,
  'gives no number': () => ({ totalHits: Number.NaN, resetTime: new Date() }),
  'gives a text': () => ({ totalHits: '1' as never, resetTime: new Date() }),
  'gives less than it was given': () => ({ totalHits: 0, resetTime: new Date() }),
};

test('a limit in this process tells what express-rate-limit tells of one in a store', async () => {
  const terms = { name: 'own', window: '1h', by: ['ip', 'tool'] } as const;
  const tell = async (store?: MemoryStore) => {
    const { send } = await limited({ ...terms, limit: 2, ...(store && { store }) });
    const answers = [await send(call('a')), await send(call('b')), await send(call('a'))];
    answers.push(await send(call('a')));
    return answers.map((answer) => [
      answer.status,
      ...['ratelimit', 'ratelimit-policy', 'retry-after'].map((name) =>
        // A second may pass meanwhile.
        valuesOf(answer, name).map((value) => value.replace('3599', '3600')),
      ),
    ]);
  };
  const own = await tell();
  expect(own[3]).toEqual([
    429,
    ['"own"; r=0; t=3600'],
    [expect.stringMatching(/^"own"; q=2; w=3600; pk=:[\w+/]{16}:$/)],
    ['3600'],
  ]);
  expect(own).toEqual(await tell(new MemoryStore()));
});

describe('a store that fails or takes too long', () => {
  test.each(Object.entries(FAILURES))(
    'that %s: 503, and nothing is forwarded',
    async (_, fails) => {
      const store = new TestStore();
      store.increments = fails;
      const { send, upstream, errors } = await limited({ limit: 9, window: '1h', store });
      const answer = await send(PING);
      expect([answer.status, errorOf(answer).data.reason]).toEqual([503, 'store_unavailable']);
      expect(valuesOf(answer, 'retry-after')).toHaveLength(1);
      expect(answer.body).not.toMatch(/Redis|10\.0/);
      expect(upstream.seen).toEqual([]);
      expect(errors.map(({ reason, cause }) => [reason, cause instanceof Error])).toEqual([
        ['store_unavailable', true],
      ]);
    },
  );

  test.each(Object.entries(FAILURES))(
    "that %s, with onStoreError 'allow': it passes, and onError is told",
    async (_, fails) => {
      const store = new TestStore();
      store.increments = fails;
      const limits = [
        { limit: 9, window: '1h', store, onStoreError: 'allow' },
        { limit: 1, window: '1h', by: 'user' },
      ] as const;
      const { statuses, upstream, errors } = await limited(limits);
      // The other limit still holds.
      expect(await statuses([PING, PING])).toEqual([200, 429]);
      expect(upstream.seen).toHaveLength(1);
      expect(errors.map(({ reason }) => reason)).toEqual([
        'store_unavailable',
        'store_unavailable',
        'rate_limited',
      ]);
    },
  );

  test.each(Object.entries(FAILURES))(
    'that %s, and comes back: so does the limit',
    async (_, fails) => {
      const store = new TestStore();
      store.increments = fails;
      const { statuses } = await limited({ limit: 1, window: '1h', store });
      expect(await statuses([PING])).toEqual([503]);
      store.increments = (key) => store.add(key);
      expect(await statuses([PING, PING])).toEqual([200, 429]);
    },
  );

  test('many requests at once wait for a store that hangs no longer than one', async () => {
    const store = new TestStore();
    store.increments = FAILURES.hangs as TestStore['increments'];
    const { send } = await limited({ limit: 9, window: '1h', store });
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(PING)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(store.calls).toHaveLength(50);
  });

  test('a store that is slow, but not too slow, is waited for', async () => {
    const store = new TestStore();
    const waiting: (() => void)[] = [];
    store.increments = (key) =>
      new Promise((resolve) => waiting.push(() => resolve(store.add(key))));
    const { send } = await limited({ limit: 9, window: '1h', store });
    const answer = send(PING);
    await store.called(1);
    waiting.shift()?.();
    expect((await answer).status).toBe(200);
  });

  test('one that fails with a heavy call is no unhandled rejection', async () => {
    const store = new TestStore();
    store.increments = FAILURES.rejects as TestStore['increments'];
    store.decrement = () => {
      throw new Error('no');
    };
    const { statuses } = await limited({ limit: 9, window: '1h', store, weight: 5 });
    expect(await statuses([call('t')])).toEqual([503]);
    store.increments = (key) => store.add(key);
    expect(await statuses([call('t'), call('t')])).toEqual([200, 429]);
  });
});

describe('a store is initialised anew after it has failed (that of Redis loads its scripts then)', () => {
  test.each([
    ['rejects', () => Promise.reject(new Error('not there yet'))],
    [
      'throws',
      () => {
        throw new Error('not there yet');
      },
    ],
  ])('its init %s at first', async (_what, init) => {
    const store = new TestStore();
    const later = store.init.bind(store);
    store.init = init as never;
    const { statuses } = await limited({ limit: 1, window: '1h', store });
    expect(store.inits).toBe(0);
    store.init = later;
    expect(await statuses([PING, PING])).toEqual([200, 429]);
    expect([store.inits, store.windowMs]).toEqual([1, 3_600_000]);
  });

  test('it rejects a call', async () => {
    const store = new TestStore();
    const { statuses } = await limited({ limit: 5, window: '1h', store });
    expect(store.inits).toBe(1);
    store.increments = FAILURES.rejects as TestStore['increments'];
    await statuses([PING]);
    store.increments = (key) => store.add(key);
    expect(await statuses([PING, PING])).toEqual([200, 200]);
    expect(store.inits).toBe(2);
  });

  test('a store without init is as good', async () => {
    const store = new TestStore();
    const { increment, decrement, resetKey } = store;
    const bare = {
      increment: increment.bind(store),
      decrement: decrement.bind(store),
      resetKey: resetKey.bind(store),
    };
    const { statuses } = await limited({ limit: 1, window: '1h', store: bare });
    expect(await statuses([PING, PING])).toEqual([200, 429]);
  });
});

describe('what a store says of time', () => {
  test.each([
    ['nothing', undefined],
    ['no time', new Date(Number.NaN)],
    ['no Date', '2030-01-01' as never],
  ])('%s: the whole window is waited for', async (_what, resetTime) => {
    const store = new TestStore();
    store.increments = (key): IncrementResponse => ({ ...store.add(key), resetTime });
    const { send } = await limited({ limit: 1, window: '10s', store });
    await send(PING);
    expect(valuesOf(await send(PING), 'retry-after')).toEqual(['10']);
  });

  test('a time that has passed: a second at least', async () => {
    const store = new TestStore();
    store.increments = (key) => ({ ...store.add(key), resetTime: new Date(0) });
    const { send } = await limited({ limit: 1, window: '10s', store });
    await send(PING);
    const answer = await send(PING);
    expect(valuesOf(answer, 'retry-after')).toEqual(['1']);
    expect(errorOf(answer).message).toContain('wait 1 second before');
  });
});

describe('two at once', () => {
  test.each([
    ['in this process', undefined],
    ['a store of ours', new TestStore()],
  ])('of many requests at once exactly as many pass as may: %s', async (_where, store) => {
    const limit = { limit: 10, window: '1h', ...(store && { store }) };
    const { send, upstream } = await limited(limit);
    const answers = await Promise.all(Array.from({ length: 60 }, () => send(PING)));
    const passed = answers.filter(({ status }) => status === 200);
    expect([passed.length, upstream.seen.length]).toEqual([10, 10]);
  });

  test('two gateways with one store share one window', async () => {
    const store = new TestStore();
    const limit = { limit: 3, window: '1h', store };
    const [a, b] = [await limited(limit), await limited(limit)];
    expect(await a.statuses([PING, PING])).toEqual([200, 200]);
    expect(await b.statuses([PING, PING])).toEqual([200, 429]);
    expect(await a.statuses([PING])).toEqual([429]);
  });

  test('two limits with one store do not share it', async () => {
    const store = new MemoryStore();
    const { statuses } = await limited([
      { limit: 2, window: '1h', store },
      { limit: 2, window: '1h', store, name: 'other' },
    ]);
    expect(await statuses([PING, PING, PING])).toEqual([200, 200, 429]);
    store.shutdown();
  });
});
