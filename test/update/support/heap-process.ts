/**
 * A gateway in a process of its own that is updated a thousand times, from one configuration to another, with a
 * request in between. Tells its parent how much memory is in use after the first updates, and at the end.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Registry } from 'prom-client';
import { cel } from '../../../src/exports/cel.ts';
import { prometheus } from '../../../src/exports/prometheus.ts';
import { accessLog, allowTools, createMcpGateway, type GatewayConfig } from '../../../src/index.ts';

const upstream = createServer((req, res) => {
  req.resume().on('end', () => res.end('{"jsonrpc":"2.0","id":1,"result":{}}'));
}).listen(0, '127.0.0.1');
await new Promise((resolve) => upstream.once('listening', resolve));
const { port } = upstream.address() as AddressInfo;

const ignore = () => {};
const registry = new Registry();
const metrics = prometheus({ registry });

/** Each with other values than those before it, so that nothing of them is on the same terms. */
function configAt(i: number): GatewayConfig {
  const base = { target: `http://127.0.0.1:${port}/mcp/${i}`, onError: ignore } as const;
  const kinds: readonly (() => GatewayConfig)[] = [
    () => ({ ...base, policies: [allowTools('*', `t${i}`), cel(`mcp.method != "m${i}"`)] }),
    () => ({
      ...base,
      auth: () => ({ subject: 'ada' }),
      sessions: { max: 10 + i },
      rateLimit: { name: `l${i}`, limit: 1000 + i, window: '1h', by: 'user' },
      streams: { total: 5 },
    }),
    () => ({
      ...base,
      target: [base.target, `${base.target}/b`],
      publicUrl: 'https://mcp.example/mcp',
      health: { path: `/h${i}`, every: '1h' },
      legacySse: { path: '/sse', messagePath: `/messages${i}` },
    }),
    () => ({
      ...base,
      proxy: false,
      observe: [metrics, accessLog({ info: ignore, warn: ignore, error: ignore })],
      headers: { set: { 'X-A': String(i) } },
      bodyLimit: { total: `${i + 10_000}kb` },
    }),
    () => ({
      target: (_req, res) => res.end('{}'),
      onError: ignore,
      timeout: { idle: `${i + 1}s` },
    }),
  ];
  return (kinds[i % kinds.length] as () => GatewayConfig)();
}

const gateway = createMcpGateway(configAt(0));
const server = createServer(express().use(gateway)).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;

async function update(from: number, to: number): Promise<number> {
  for (let i = from; i < to; i += 1) {
    gateway.update(configAt(i), { streams: i % 2 === 0 ? 'end' : 'keep' });
    const headers = { 'Content-Type': 'application/json' };
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{}}}';
    const answer = await fetch(url, { method: 'POST', headers, body });
    await answer.text();
    if (answer.status !== 200) throw new Error(`${i}: ${answer.status}`);
  }
  return memory();
}

/** What is in use at least: some of it is collected only later. */
async function memory(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 10; i += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
    least = Math.min(least, process.memoryUsage().heapUsed);
  }
  return least;
}

const rounds: number[] = [];
for (const [from, to] of [
  [0, 300],
  [300, 1300],
] as const) {
  rounds.push(await update(from, to));
}
process.send?.({ rounds }, () => process.exit());
