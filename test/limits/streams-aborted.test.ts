import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { forkModule } from '../support/fork-module.ts';
import { atTestEnd } from '../support/servers.ts';
import type { Leftovers } from './support/aborted-streams.ts';

/** A request that is kept costs kilobytes: of thousands, far more than this. */
const MOST_HEAP_GROWTH = 2 * 1024 * 1024;

/** Longer than what machines that are busy with others take. */
const TIMEOUT_MS = 120_000;

const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);

test(
  '10,000 streams opened and aborted leave nothing behind',
  async () => {
    const child = forkModule(new URL('support/aborted-streams.ts', import.meta.url), [], {
      execArgv: ['--expose-gc'],
    });
    atTestEnd(() => void child.kill('SIGKILL'));
    const exit = once(child, 'exit');
    const [left] = (await Promise.race([
      once(child, 'message'),
      exit.then(([code]) => Promise.reject(new Error(`It ended with ${code}`))),
    ])) as [Leftovers];

    // Each was let in, or refused, as it should be: no place was kept by one that had gone.
    const ways = Object.entries(left.statuses);
    for (const [way, counts] of ways) {
      const status = way.startsWith('refused')
        ? '429'
        : /before|at once/.test(way)
          ? 'none'
          : '200';
      expect([way, counts]).toEqual([way, { [status]: expect.any(Number) }]);
    }
    expect(sum(ways.flatMap(([, counts]) => Object.values(counts)))).toBe(10_000);
    expect(left.reopened).toEqual([
      ...Array<string>(left.total).fill('200'),
      ...Array<string>(left.more).fill('429'),
    ]);

    expect(left.upstream).toEqual({ responses: 0, connections: 0 });
    expect(left.observed).toEqual({
      requests: 10_000 + 1 + left.total + left.more,
      closes: left.observed.requests,
      unmatched: 0,
    });
    expect(left.resourcesAfter).toEqual(left.resourcesBefore);
    expect(left.listenersAfter).toBe(left.listenersBefore);
    expect(left.heapGrowth).toBeLessThan(MOST_HEAP_GROWTH);
    expect(left.warnings).toEqual([]);
    expect(left.errors).toEqual([]);
    // Nothing keeps the process, and `close()` without a grace has resolved.
    expect(await exit).toEqual([0, null]);
  },
  TIMEOUT_MS,
);
