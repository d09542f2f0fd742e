import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { slope } from './slope.ts';

const EACH = 1000;
const flat = (length: number) => Array.from({ length }, () => 5_000_000);
const leak = (values: readonly number[], perPart: number) =>
  values.map((value, i) => value + i * perPart);

test('what stays as it is does not grow', () => {
  expect(slope(flat(7))).toBe(0);
});

test('what falls does not grow', () => {
  expect(slope([9, 7, 6, 6, 5])).toBeLessThanOrEqual(0);
});

test('what grows with each part grows by that', () => {
  expect(slope(leak(flat(7), 64 * EACH))).toBe(64 * EACH);
});

describe('what noise does is no growth', () => {
  test.each([
    ['one step, however high', [1, 1, 1, 90, 90, 90, 90]],
    ['a step in the first part', [1, 90, 90, 90, 90, 90, 90]],
    ['a step in the last part', [1, 1, 1, 1, 1, 1, 90]],
    ['two steps', [1, 1, 50, 50, 90, 90, 90]],
    ['a single value that stands out', [1, 1, 90, 1, 1, 1, 1]],
    ['up and down', [1, 90, 1, 90, 1, 90, 1]],
    ['up and down, and up in the end', [1, 90, 1, 90, 1, 90]],
    ['what settles', [1, 60, 90, 90, 90, 90, 90]],
  ])('%s', (_, values) => {
    expect(slope(values)).toBe(0);
  });
});

test('a leak is seen through noise that is larger than what it adds in a part', () => {
  fc.assert(
    fc.property(
      // Two levels, like a heap with and without a reserve, and one step of any height.
      fc.array(fc.boolean(), { minLength: 11, maxLength: 11 }),
      fc.nat({ max: 10 }),
      fc.nat({ max: 50_000_000 }),
      (isHigh, stepAt, step) => {
        const noise = isHigh.map((high, i) => (high ? 40 * EACH : 0) + (i >= stepAt ? step : 0));
        expect(slope(leak(noise, 100 * EACH))).toBeGreaterThan(16 * EACH);
      },
    ),
  );
});
