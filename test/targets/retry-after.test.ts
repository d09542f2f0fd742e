import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { retryAfterMs } from '../../src/http/retry-after.ts';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 0);

test.each([
  ['1', 1000],
  ['120', 120_000],
  ['007', 7000],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 37_000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 37_000],
  ['Sun Nov  6 08:49:37 1994', 37_000],
  ['Mon, 07 Nov 1994 08:49:00 GMT', 86_400_000],
])('%s is %d ms', (value, ms) => {
  expect(retryAfterMs(value, NOW)).toBe(ms);
});

test.each([
  undefined,
  '',
  '0',
  '-1',
  '+5',
  '1.5',
  '1e3',
  '0x10',
  '5, 10',
  'soon',
  'Sun, 06 Nov 1994 08:48:59 GMT',
  'Sun, 06 Nov 1994 08:49:00 GMT',
  'Sun, 99 Nov 1994 08:49:37 GMT',
  'Sun, 06 Nov 1994 08:49:37 +0100',
  '1994-11-06T08:49:37Z',
])('%s says nothing of use', (value) => {
  expect(retryAfterMs(value, NOW)).toBeUndefined();
});

test('whatever an upstream says comes to a positive time or to nothing', () => {
  const values = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.bigInt({ min: 0n }).map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  fc.assert(
    fc.property(values, (value) => {
      const ms = retryAfterMs(value, NOW);
      expect(ms === undefined || ms > 0).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
