import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { OtelOptions } from '../src/exports/otel.ts';
import type { AccessLogOptions, GatewayStats, Observer, RequestRecord } from '../src/index.ts';
import { ATTRIBUTE } from '../src/otel/attributes.ts';
import { ALERTS } from './support/dashboard.ts';
import { startMeteredGateways } from './support/metered-gateways.ts';
import { cellsOf } from './support/table-rows.ts';

const PAGE = readFileSync(new URL('../docs/observability.md', import.meta.url), 'utf8');

/** The rows of the table that begins with this head: their cells. */
function rowsOf(head: string): string[][] {
  const [, after = ''] = PAGE.split(`${head}\n`);
  const [table = ''] = after.split('\n\n');
  return cellsOf(table.split('\n').slice(1));
}

/** Every name in code of the first cells. */
const namesIn = (rows: readonly string[][], column = 0) =>
  rows.flatMap((cells) =>
    [...(cells[column] ?? '').matchAll(/`([\w.]+)/g)].map(([, name]) => name),
  );

// The compiler has one of each name, and no other.
const FIELDS: Readonly<Record<keyof RequestRecord, true>> = {
  gateway: true,
  config: true,
  requestId: true,
  method: true,
  path: true,
  ip: true,
  user: true,
  client: true,
  messages: true,
  protocolVersion: true,
  session: true,
  slot: true,
  reason: true,
  policy: true,
  detail: true,
  shadow: true,
  target: true,
  status: true,
  end: true,
  origin: true,
  headMs: true,
  upstreamMs: true,
  gatewayMs: true,
  firstEventMs: true,
  totalMs: true,
  bytesIn: true,
  bytesOut: true,
  events: true,
};
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
const CALLBACKS: Readonly<Record<keyof Observer, true>> = {
  onRequest: true,
  onDecision: true,
  onResponse: true,
  onEvent: true,
  onClose: true,
  onTarget: true,
  onUpdate: true,
};
const LOG_OPTIONS: Readonly<Record<keyof AccessLogOptions, true>> = {
  user: true,
  fields: true,
  arguments: true,
};
const OTEL_OPTIONS: Readonly<Record<keyof OtelOptions, true>> = {
  tracerProvider: true,
  meterProvider: true,
  parent: true,
};

describe('docs/observability.md', () => {
  test.each([
    ['fields of a record', '| Field of a record | Meaning |', FIELDS, ['outcome', 'errorCode']],
    ['options of accessLog()', '| Option | Writes |', LOG_OPTIONS, []],
    ['callbacks of an observer', '| Function | Called |', CALLBACKS, []],
    ['options of otel()', '| Option | Default | Meaning |', OTEL_OPTIONS, []],
    ['members of stats()', '| Member | What it says |', STATS, []],
  ])('has the %s', (_what, head, members, ofMessages) => {
    const names = namesIn(rowsOf(head));
    const known = new Set([...Object.keys(members), ...ofMessages]);
    expect(new Set(names)).toEqual(known);
    expect(names).toHaveLength(known.size);
  });

  test('has the attributes of spans, and no other', () => {
    const { route, ...attributes } = ATTRIBUTE;
    const names = namesIn(rowsOf('| Attribute | Of | Meaning |'));
    expect(names.toSorted()).toEqual(Object.values(attributes).toSorted());
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
