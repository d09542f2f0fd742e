import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { otel } from '../../src/exports/otel.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';
import { selectorIn } from './support/promql.ts';

const README = readFileSync(new URL('../../examples/grafana/README.md', import.meta.url), 'utf8');

/** The names here, and those of OpenTelemetry's exporter, as the README has them. */
const renamed = README.split('\n')
  .filter((line) => /^\| `\w+` +\| `\w+` +\|/.test(line))
  .map((line) => line.match(/`\w+`/g)?.map((name) => name.replaceAll('`', '')) ?? []);

test("the README of the dashboard has the names of OpenTelemetry's exporter", async () => {
  const upstream = await recordingUpstream((_req, res) => {
    res.setHeader('Content-Type', 'application/json');
    res.end('{"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[]}}');
  });
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const observer = witness();
  const { url } = await startGateway({
    target: upstream.target,
    observe: [otel({ meterProvider: new MeterProvider({ readers: [exporter] }) }), observer],
  });
  const params = { name: 'fails', arguments: {} };
  await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
  await observer.record();

  const { resourceMetrics } = await exporter.collect();
  const lines = new PrometheusSerializer().serialize(resourceMetrics).split('\n');
  const series = lines
    .filter((line) => line.startsWith('mcp_') && line.includes('_count{'))
    .map((line) => selectorIn(line.slice(0, line.lastIndexOf(' '))));
  const metrics = series.map(({ metric }) => metric.replace(/_count$/, ''));
  const labels = new Set(series.flatMap((one) => one.labels));

  const theirs = renamed.map(([, name]) => name);
  expect(theirs.filter((name = '') => name.endsWith('_duration')).toSorted()).toEqual(
    metrics.toSorted(),
  );
  const named = theirs.filter((name = '') => !name.endsWith('_duration'));
  expect(named).toHaveLength(4);
  for (const name of named) expect(labels).toContain(name);
});
