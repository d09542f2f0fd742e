import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { OtelOptions } from '../src/exports/otel.ts';
import type { GatewayStats } from '../src/index.ts';
import { ATTRIBUTE } from '../src/otel/attributes.ts';
import { ALERTS } from './support/dashboard.ts';
import { startMeteredGateways } from './support/metered-gateways.ts';
import { namesIn, rowsUnder } from './support/table-rows.ts';

const PAGE = readFileSync(new URL('../docs/observability.md', import.meta.url), 'utf8');

const rowsOf = (head: string) => rowsUnder(PAGE, head);

// The compiler has one of each name, and no other.
const STATS: Readonly<Record<keyof GatewayStats, true>> = {
  gateway: true,
  config: true,
  since: true,
  updatedAt: true,
  draining: true,
  requests: true,
  streams: true,
  limits: true,
  sessions: true,
  targets: true,
  keys: true,
};
const OTEL_OPTIONS: Readonly<Record<keyof OtelOptions, true>> = {
  tracerProvider: true,
  meterProvider: true,
  parent: true,
};

describe('docs/observability.md', () => {
  test.each([
    ['options of otel()', '| Option | Default | Meaning |', OTEL_OPTIONS],
    ['members of stats()', '| Member | What it says |', STATS],
  ])('has the %s', (_what, head, members) => {
    const names = namesIn(rowsOf(head));
    expect(new Set(names)).toEqual(new Set(Object.keys(members)));
    expect(names).toHaveLength(Object.keys(members).length);
  });

  test('has the attributes of spans, and no other', () => {
    const { route, ...attributes } = ATTRIBUTE;
    const names = namesIn(rowsOf('| Attribute | Of | Meaning |'));
    expect(names).toHaveLength(new Set(names).size);
    expect(new Set(names)).toEqual(new Set(Object.values(attributes)));
    // Which is on the span of somebody else.
    expect(PAGE).toContain(`\`${route}\``);
  });

  test('has the metrics of a real scrape: their types, and their labels', async () => {
    const { port, drive } = await startMeteredGateways();
    await drive();
    const scrape = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const exported = new Map(
      [...scrape.matchAll(/^# TYPE (mcp_\w+) (\w+)$/gm)].map(([, name, type]) => {
        const series = scrape.match(new RegExp(`^${name}(?:_count)?\\{.*\\}`, 'm'))?.[0] ?? '';
        const labels = [...series.matchAll(/[{,](\w+)="(?:[^"\\]|\\.)*"/g)];
        return [name, { type, labels: new Set(labels.map(([, label]) => label)) }];
      }),
    );
    const rows = rowsOf('| Metric | Type | Labels | What it says |');
    const told = new Map(
      rows.map((row) => [namesIn([row])[0], { type: row[1], labels: new Set(namesIn([row], 2)) }]),
    );
    expect(told.size).toBeGreaterThanOrEqual(8);
    expect(told).toEqual(exported);
    const explained = new Set(namesIn(rowsOf('| Label | Values |')));
    expect(explained).toEqual(new Set([...exported.values()].flatMap(({ labels }) => [...labels])));
  });

  test('has each alert', () => {
    const names = namesIn(rowsOf('| Alert | Fires when |'));
    expect(names).toEqual(ALERTS.map(({ alert }) => alert));
  });
});
