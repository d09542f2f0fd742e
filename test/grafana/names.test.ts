import { beforeAll, describe, expect, test } from '@jest/globals';
import { ALERTS, DASHBOARD_TEXT, filledIn, PANELS } from '../support/dashboard.ts';
import { startMeteredGateways } from '../support/metered-gateways.ts';
import { type Exported, labelsOfResult, problemsOf, selectorIn } from './support/promql.ts';

/** What a real scrape has: each metric with its labels. */
async function scrape(): Promise<Exported> {
  const { port, drive } = await startMeteredGateways();
  await drive();
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const exported = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const { metric, labels } = selectorIn(line.slice(0, line.lastIndexOf(' ')));
    const known = exported.get(metric) ?? new Set();
    exported.set(metric, new Set([...known, ...labels]));
  }
  return exported;
}

let exported: Exported;

beforeAll(async () => {
  exported = await scrape();
});

const queries = PANELS.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat = '' }) => ({ title, expr, legendFormat })),
);

describe('the dashboard asks only for metrics and labels that prometheus() exports', () => {
  test.each(queries)('$title: $expr', ({ expr }) => {
    expect(problemsOf(filledIn(expr, '1m'), exported)).toEqual([]);
  });

  test('legends name only labels that the series have', () => {
    for (const { expr, legendFormat } of queries) {
      const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
      const labels = labelsOfResult(filledIn(expr, '1m')) ?? new Set();
      expect([legendFormat, ...named.filter((label = '') => !labels.has(label))]).toEqual([
        legendFormat,
      ]);
    }
  });

  test('the values of the variable are those of a label', () => {
    const { list } = JSON.parse(DASHBOARD_TEXT).templating;
    const [, metric = '', label = ''] =
      /^label_values\((\w+), (\w+)\)$/.exec(list[1].query.query) ?? [];
    expect(exported.get(metric)).toContain(label);
  });

  test('every metric is on it', () => {
    const metrics = [...exported.keys()].filter((name) => name.startsWith('mcp_'));
    const bases = new Set(metrics.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    expect(bases.size).toBeGreaterThanOrEqual(8);
    for (const base of bases) expect(DASHBOARD_TEXT).toContain(base);
  });
});

describe('the alerts', () => {
  test.each(ALERTS)('$alert asks only for what is exported', ({ expr }) => {
    expect(problemsOf(expr, exported)).toEqual([]);
  });

  test.each(ALERTS)('$alert says in words what it found, by labels it has', (rule) => {
    const { expr, annotations, labels } = rule;
    expect(['critical', 'warning', 'info']).toContain(labels.severity);
    expect(Object.keys(annotations)).toEqual(['summary', 'description']);
    const texts = Object.values(annotations).join(' ');
    const named = [...texts.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label);
    expect(labelsOfResult(expr)).toEqual(expect.objectContaining({ size: expect.any(Number) }));
    for (const label of named) expect(labelsOfResult(expr)).toContain(label);
  });
});
