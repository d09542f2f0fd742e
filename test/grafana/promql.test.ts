import { describe, expect, test } from '@jest/globals';
import { type Exported, problemsOf, selectorIn } from './support/promql.ts';

const EXPORTED: Exported = new Map([
  ['calls_total', new Set(['tool', 'code'])],
  ['seconds_bucket', new Set(['tool', 'le'])],
]);

describe('what checks the expressions of the dashboard', () => {
  test.each([
    ['sum by (tool) (rate(calls_total{code=~"5.."}[5m])) > 0', []],
    ['histogram_quantile(0.9, sum by (le, tool) (rate(seconds_bucket[1m])))', []],
    ['calls_total{code="no_metric{}"} or vector(0)', []],
    ['rate(missing_total[5m])', ["no metric 'missing_total'"]],
    ['calls_total{method="x"}', ["calls_total has no label 'method'"]],
    ['sum by (le) (rate(calls_total[5m]))', ["calls_total has no label 'le' to group by"]],
    ['calls_total / on (le) seconds_bucket', ["calls_total has no label 'le' to group by"]],
    ['sum(calls_total', [expect.stringContaining('syntax error')]],
    ['sum by (tool) (calls_total) +', [expect.stringContaining('syntax error')]],
    ['{tool="x"}', ["no metric ''"]],
  ])('%s', (expression, problems) => {
    expect(problemsOf(expression, EXPORTED)).toEqual(problems);
  });

  test('reads the lines of a scrape, whatever the values hold', () => {
    expect(selectorIn('calls_total{tool="a\\"} b{c=\\"1\\",",code="200"}')).toEqual({
      metric: 'calls_total',
      labels: ['tool', 'code'],
    });
    expect(selectorIn('process_open_fds')).toEqual({ metric: 'process_open_fds', labels: [] });
  });
});
