import { describe, expect, jest, test } from '@jest/globals';
import { LocalStore } from '../../src/slots/rate-limit/local-store.ts';
import { windows } from '../../src/slots/rate-limit/window-entry.ts';
import { passes } from '../support/fake-time.ts';

const HOUR = 3_600_000;

function hourly(): LocalStore {
  return new LocalStore(windows(HOUR));
}

const hits = async (store: LocalStore, key: string, limit = 1000, owner?: string) =>
  store.add(key, 1, limit, owner === undefined ? undefined : () => owner).totalHits;

test('forgets what is over, and has no timer', async () => {
  const store = new LocalStore(windows(1000));
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
  const before = timers().length;
  for (let i = 0; i < 100; i += 1) await hits(store, `key ${i}`);
  expect(store.size).toBe(100);
  passes(1000);
  expect(await hits(store, 'last')).toBe(1);
  expect(store.size).toBe(1);
  passes(1000);
  expect(await hits(store, 'last')).toBe(1);
  expect(timers()).toHaveLength(before);
  jest.useRealTimers();
});

describe('many keys of different callers', () => {
  test('no more than 200,000 are kept, and of those the ones that are asked for', async () => {
    const store = hourly();
    let most = 0;
    for (let i = 0; i < 300_000; i += 1) {
      await hits(store, `key ${i}`);
      if (i % 30_000 === 0) await hits(store, 'kept');
      most = Math.max(most, store.size);
    }
    expect(most).toBeLessThanOrEqual(200_000);
    expect(await hits(store, 'kept')).toBe(11);
  });

  test('what is near its limit is kept although nobody asks for it', async () => {
    const store = hourly();
    for (let n = 1; n <= 50; n += 1) expect(await hits(store, 'near', 100)).toBe(n);
    expect(await hits(store, 'far', 100)).toBe(1);
    for (let i = 0; i < 250_000; i += 1) await hits(store, `key ${i}`, 100);
    expect(await hits(store, 'near', 100)).toBe(51);
    expect(await hits(store, 'far', 100)).toBe(1);
  });

  test('where all are near their limits, a new one is not counted, until some are over', async () => {
    const store = hourly();
    for (let i = 0; i < 200_000; i += 1) await hits(store, `key ${i}`, 2);
    expect(() => store.add('new', 1, 2)).toThrow('near their limit');
    expect(await hits(store, 'key 0', 2)).toBe(2);
    passes(HOUR);
    expect(await hits(store, 'new', 2)).toBe(1);
    jest.useRealTimers();
  });

  test('what was taken back is far from its limit again', async () => {
    const store = hourly();
    for (let i = 0; i < 200_000; i += 1) {
      const { resetTime } = await store.add(`key ${i}`, 1, 2);
      store.takeBack(`key ${i}`, 1, resetTime);
    }
    expect(await hits(store, 'new', 2)).toBe(1);
  });
});

describe('many keys of one caller', () => {
  test('100,000 made-up keys forget nothing and leave room for others', async () => {
    const store = hourly();
    expect(await hits(store, 'a tool', 2, 'mallory')).toBe(1);
    expect(await hits(store, 'a tool', 2, 'mallory')).toBe(2);
    expect(await hits(store, 'a tool', 2, 'ada')).toBe(3);
    let refused = 0;
    for (let i = 0; i < 100_000; i += 1) {
      if ((await hits(store, `made up ${i}`, 2, 'mallory')) > 2) refused += 1;
    }
    expect(store.size).toBeLessThan(11_000);
    expect(refused).toBeGreaterThan(88_000);
    expect(await hits(store, 'a tool', 2, 'mallory')).toBe(4);
    expect(await hits(store, 'another tool', 2, 'ada')).toBe(1);
  });

  test('of 1,000 callers who make up keys none keeps others out', async () => {
    const store = hourly();
    for (let n = 0; n < 200; n += 1) {
      for (let i = 0; i < 1000; i += 1) await hits(store, `${i} of ${i} ${n}`, 1, `caller ${i}`);
    }
    expect(store.size).toBeLessThan(200_000);
    expect(await hits(store, 'a tool', 1, 'ada')).toBe(1);
  });

  test('what is taken back comes off where it was counted', async () => {
    const store = hourly();
    for (let i = 0; i < 20_000; i += 1) await hits(store, `made up ${i}`, 100_000, 'mallory');
    const before = await hits(store, 'one more', 100_000, 'mallory');
    const { totalHits, resetTime } = store.add('two more', 10, 100_000, () => 'mallory');
    expect(totalHits).toBe(before + 10);
    store.takeBack('two more', 10, resetTime, () => 'mallory');
    expect(await hits(store, 'three more', 100_000, 'mallory')).toBe(before + 1);
  });

  test('in the next window the caller may begin as many again', async () => {
    const store = hourly();
    for (let i = 0; i < 20_000; i += 1) await hits(store, `made up ${i}`, 1, 'mallory');
    expect(await hits(store, 'a tool', 1, 'mallory')).toBeGreaterThan(1);
    passes(HOUR);
    expect(await hits(store, 'a tool', 1, 'mallory')).toBe(1);
    jest.useRealTimers();
  });
});
