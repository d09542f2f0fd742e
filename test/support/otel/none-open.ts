import { setTimeout } from 'node:timers/promises';
import { afterAll, expect } from '@jest/globals';
import { tracing } from './traced-index.ts';

// When the requests of a test are over, all their spans have to be over too.
afterAll(async () => {
  for (let i = 0; i < 100 && tracing.open > 0; i += 1) await setTimeout(20);
  expect(tracing.open).toBe(0);
  expect(tracing.spans.length).toBeGreaterThan(0);
});
