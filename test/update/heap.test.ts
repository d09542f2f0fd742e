import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { forkModule } from '../support/fork-module.ts';

/** What runs for one configuration takes 15,000 bytes: had each been kept, it would be four times this. What Node compiles is a megabyte more or less. */
const MOST_PER_UPDATE = 4000;

test('a thousand updates leave no more memory in use than the first ones', async () => {
  const script = new URL('./support/heap-process.ts', import.meta.url);
  const child = forkModule(script, [], { execArgv: ['--expose-gc'] });
  const exit = once(child, 'exit');
  const [{ rounds }] = (await Promise.race([
    once(child, 'message'),
    exit.then(([code]) => Promise.reject(new Error(`The process ended: ${code}`))),
  ])) as [{ rounds: number[] }];
  await exit;
  const [first = 0, ...others] = rounds;
  expect((others.at(-1) as number) - first).toBeLessThan(MOST_PER_UPDATE * 1000);
}, 120_000);
