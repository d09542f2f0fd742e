import { expect, test } from '@jest/globals';
import { changes, comparison } from './figures/compare.ts';
import type { Figure, Metric, Result } from './figures/result.ts';

const METRICS: readonly Metric[] = [
  { key: 'ratio', heading: '× bare', digits: 2, compared: 'less' },
  { key: 'speed', heading: 'MB/s', digits: 0, compared: 'more' },
  { key: 'cpu', heading: 'CPU', digits: 1 },
];

function run(figures: Readonly<Record<string, Figure>>, row = 'ours'): Result {
  const section = {
    name: 'relay',
    title: 'Relay',
    about: '',
    metrics: METRICS,
    rows: [{ name: row, figures }],
    targets: [],
  };
  return { sections: [section] } as unknown as Result;
}

const around = (median: number, spread: number): Figure => ({
  q1: median - spread,
  median,
  q3: median + spread,
});

const verdicts = (old: Result, now: Result) =>
  changes(old, now).map(({ heading, isWorse }) => `${heading}: ${isWorse ? 'worse' : 'better'}`);

test('what rose beyond both runs is worse where less is better, and better where more is', () => {
  const old = run({ ratio: around(1, 0.05), speed: around(500, 10) });
  const now = run({ ratio: around(1.3, 0.05), speed: around(700, 10) });
  expect(verdicts(old, now)).toEqual(['× bare: worse', 'MB/s: better']);
  expect(verdicts(now, old)).toEqual(['× bare: better', 'MB/s: worse']);
});

test('rounds that overlap are noise, however far apart the medians are', () => {
  const old = run({ ratio: around(1, 0.4) });
  const now = run({ ratio: around(1.5, 0.4) });
  expect(verdicts(old, now)).toEqual([]);
});

test('a small difference is noise, however even the rounds are', () => {
  expect(verdicts(run({ ratio: around(1, 0) }), run({ ratio: around(1.09, 0) }))).toEqual([]);
  expect(verdicts(run({ ratio: around(1, 0) }), run({ ratio: around(1.11, 0) }))).toHaveLength(1);
});

test('what depends on the machine is not compared', () => {
  expect(verdicts(run({ cpu: around(50, 1) }), run({ cpu: around(500, 1) }))).toEqual([]);
});

test('what only one of the runs has is not compared', () => {
  const old = run({ ratio: around(1, 0) }, 'gone');
  expect(verdicts(old, run({ ratio: around(9, 0) }, 'new'))).toEqual([]);
  expect(verdicts(run({}), run({ ratio: around(9, 0) }))).toEqual([]);
});

test('it says each change with both runs, and that there is none', () => {
  const old = run({ ratio: around(1, 0.05) });
  const now = run({ ratio: around(2, 0.05) });
  expect(comparison(changes(old, now))).toBe(
    'Worse:\n  Relay | ours | × bare: 1.00 (0.95 … 1.05) -> 2.00 (1.95 … 2.05)',
  );
  expect(comparison([])).toBe('Nothing got worse by more than the noise.');
});
