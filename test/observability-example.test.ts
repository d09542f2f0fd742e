import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { freePort } from './support/free-ports.ts';
import { startExample } from './support/start-example.ts';
import { recordingUpstream } from './support/upstream.ts';

test('examples/observability.ts tells of a call in a trace, in metrics and in its log', async () => {
  const { target } = await recordingUpstream();
  const preload = [new URL('support/otel/print-spans.ts', import.meta.url)];
  const metricsPort = await freePort();
  const env = { MCP_TARGET: String(target), METRICS_PORT: String(metricsPort) };
  const example = await startExample('observability.ts', env, { silent: true, preload });
  const [log, spans] = [example.process.stdout, example.process.stderr].map((stream) =>
    text(stream as Readable),
  );
  const url = `http://127.0.0.1:${example.port}`;
  expect((await fetch(`${url}/readyz`)).status).toBe(200);

  const params = { name: 'add', arguments: { a: 'secret' } };
  const call = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'request-1' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  });
  expect(call.status).toBe(200);
  await call.text();

  const scrape = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  let metrics = await scrape();
  // It is over when the last byte has left, which the client may see first.
  while (!metrics.includes('tool="add"')) metrics = await scrape();
  for (const side of ['server', 'client']) {
    const line = new RegExp(`^mcp_${side}_operation_duration_seconds_count\\{(.*)\\} 1$`, 'm');
    const [, labels = ''] = line.exec(metrics) ?? [];
    for (const label of ['gateway="tickets"', 'mcp_method="tools/call"', 'tool="add"']) {
      expect([side, labels]).toEqual([side, expect.stringContaining(label)]);
    }
  }

  example.process.kill('SIGTERM');
  expect(await example.exit).toEqual([0, null]);
  expect((await spans)?.trim().split('\n').toSorted()).toEqual([
    'span CLIENT tools/call add',
    'span SERVER tools/call add',
  ]);
  const lines = (await log)
    ?.trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([
    expect.objectContaining({ gateway: 'tickets', requestId: 'request-1', status: 200, level: 30 }),
  ]);
  for (const output of [metrics, await log, await spans]) expect(output).not.toContain('secret');
});
