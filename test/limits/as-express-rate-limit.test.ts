import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { MemoryStore } from 'express-rate-limit';
import fc from 'fast-check';
import type { Count } from '../../src/slots/rate-limit/count.ts';
import { counterFor, tallyFor } from '../../src/slots/rate-limit/counter.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

const all = ({ isOver, remaining, resetTime, waitSeconds, fields }: Count) => ({
  isOver,
  remaining,
  resetTime,
  waitSeconds,
  fields,
});

const step = fc.record({
  passes: fc.constantFrom(0, 1, 499, 500, 999, 1000, 30_000),
  key: fc.constantFrom('p:one', 'p:other'),
  weight: fc.constantFrom(1, 1, 2, 5),
  spare: fc.nat(4),
  isTakenBack: fc.boolean(),
});

test('what is counted in this process is told as express-rate-limit tells what is in its store', async () => {
  const property = fc.asyncProperty(
    fc.constantFrom(999, 1000, 1500, 60_000),
    fc.array(step, { minLength: 10, maxLength: 40 }),
    async (windowMs, steps) => {
      const settings = { name: '10 in a while', windowMs, msPerUnit: 0 };
      const store = new MemoryStore();
      const tally = () => tallyFor({ ...settings, store: undefined });
      const counters = [undefined, store].map((own) =>
        counterFor({ ...settings, store: own }, tally),
      );
      const [here, there] = counters as [(typeof counters)[0], (typeof counters)[0]];
      for (const { passes, key, weight, spare, isTakenBack } of steps) {
        jest.setSystemTime(Date.now() + passes);
        const charge = { key, weight, limit: weight + spare, isForRequests: true };
        const counts = [await here.count(charge), await there.count(charge)] as const;
        expect(all(counts[0])).toEqual(all(counts[1]));
        const [{ isOver, resetTime }] = counts;
        // What ends soon is left in a store that may answer after its end.
        const isLong = Number(resetTime) - Date.now() > 10_000;
        if (!isTakenBack || isOver || !isLong) continue;
        here.takeBack(charge, counts[0]);
        there.takeBack(charge, counts[1]);
      }
      store.shutdown();
    },
  );
  await fc.assert(property, { numRuns: 50 });
});
