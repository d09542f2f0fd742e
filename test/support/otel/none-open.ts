import { setTimeout } from 'node:timers/promises';
import { afterAll, expect } from '@jest/globals';
import { tracing } from './traced-index.ts';

// Whatever a test does to its requests, their spans are over with them.
afterAll(async () => {
  for (let i = 0; i < 100 && tracing.open > 0; i += 1) await setTimeout(20);
  expect(tracing.open).toBe(0);
  expect(tracing.spans.length).toBeGreaterThan(0);
});
