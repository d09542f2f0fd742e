import { describe, expect, test } from '@jest/globals';
import { Samples } from './figures/samples.ts';
import { figureOf, quantile, shuffled } from './figures/statistics.ts';

describe('quantiles', () => {
  test('lie between neighbours, in whatever order the values come', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
    expect(quantile([100, 9], 0)).toBe(9);
    expect(quantile([7], 0.99)).toBe(7);
  });

  test('there is no figure without values', () => {
    expect(figureOf([])).toBeUndefined();
    expect(figureOf([1, 2, 3])).toEqual({ q1: 1.5, median: 2, q3: 2.5 });
  });

  test('of more values than a call has arguments', () => {
    const many = Array.from({ length: 300_000 }, (_, i) => i);
    expect(quantile(many, 1)).toBe(299_999);
  });
});

test('shuffling keeps each value, and leaves the list as it was', () => {
  const values = Array.from({ length: 50 }, (_, i) => i);
  const mixed = shuffled(values);
  expect(mixed.toSorted((a, b) => a - b)).toEqual(values);
  expect(values[49]).toBe(49);
});

describe('samples', () => {
  const samplesOf = (...rounds: Record<string, number | undefined>[]): Samples => {
    const samples = new Samples();
    for (const round of rounds) {
      samples.beginRound();
      for (const [row, cpu] of Object.entries(round)) samples.add(row, { cpu });
    }
    return samples;
  };

  test('ratios are taken within a round: a machine that is slow for a while changes none', () => {
    const samples = samplesOf({ bare: 50, ours: 100 }, { bare: 500, ours: 1000 });
    expect(samples.ratio({ row: 'ours', over: 'bare', metric: 'cpu' })).toEqual({
      q1: 2,
      median: 2,
      q3: 2,
    });
  });

  test('a difference is told in units of another row', () => {
    const samples = samplesOf({ bare: 50, nothing: 100, limit: 110 });
    const ratio = samples.ratio({ row: 'limit', minus: 'nothing', over: 'bare', metric: 'cpu' });
    expect(ratio?.median).toBeCloseTo(0.2);
  });

  test('a round in which one of them is missing does not count', () => {
    const samples = samplesOf({ bare: 50, ours: 100 }, { bare: undefined, ours: 1 }, { ours: 1 });
    expect(samples.ratio({ row: 'ours', over: 'bare', metric: 'cpu' })?.median).toBe(2);
    expect(samples.ratio({ row: 'theirs', over: 'bare', metric: 'cpu' })).toBeUndefined();
  });

  test('the result of a row has its ratio to the reference, and its note', () => {
    const samples = samplesOf({ 'bare: up': 50, 'ours: up': 100 });
    samples.note('ours: up', 'sometimes');
    const reference = { of: (row: string) => row.replace('ours', 'bare'), metric: 'cpu' };
    expect(samples.result('ours: up', ['cpu', 'ratio', 'rss'], reference)).toEqual({
      name: 'ours: up',
      figures: { cpu: figureOf([100]), ratio: figureOf([2]) },
      note: 'sometimes',
    });
  });
});
