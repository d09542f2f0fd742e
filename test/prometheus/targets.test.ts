import { expect, test } from '@jest/globals';
import { AggregatorRegistry, Registry } from 'prom-client';
import {
  type MeteredGateway,
  samplesOf,
  startMetered,
} from '../support/prometheus/metered-gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';

const STATE = 'mcp_gateway_target_state';
const GONE = 'http://127.0.0.1:1/mcp';
const OTHER = 'http://127.0.0.1:2/mcp';

const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';

/** `127.0.0.1:1 closed`, for each sample that is not 0. */
async function statesOf({ samples }: MeteredGateway): Promise<string[]> {
  const all = await samples(STATE);
  return all
    .filter(({ value }) => value !== 0)
    .map(
      ({ labels: { gateway, target, state }, value }) => `${gateway} ${target} ${state} ${value}`,
    );
}

test('of several targets they are there before the first request, each with a series for each state', async () => {
  const metered = await startMetered({ target: [GONE, OTHER] });
  expect(await statesOf(metered)).toEqual([
    'front 127.0.0.1:1 closed 1',
    'front 127.0.0.1:2 closed 1',
  ]);
  const samples = await metered.samples(STATE);
  expect(samples.map(({ labels: { state } }) => state).slice(0, 5)).toEqual([
    'closed',
    'open',
    'half-open',
    'draining',
    'unhealthy',
  ]);
  expect(samples.length).toBe(10);
});

test('a single target without a breaker has none', async () => {
  const metered = await startMetered({ target: GONE });
  await fetch(metered.url, { method: 'POST', body: ping });
  expect(await metered.samples(STATE)).toEqual([]);
});

test('a breaker that opens, and whose time is over although nobody calls', async () => {
  const metered = await startMetered({ target: GONE, breaker: { failures: 1, openFor: 1000 } });
  await fetch(metered.url, { method: 'POST', body: ping });
  expect(await statesOf(metered)).toEqual(['front 127.0.0.1:1 open 1']);
  const { now } = performance;
  performance.now = () => now.call(performance) + 60_000;
  try {
    expect(metered.gateway.targets()[0]?.state).toBe('half-open');
    expect(await statesOf(metered)).toEqual(['front 127.0.0.1:1 half-open 1']);
  } finally {
    performance.now = now;
  }
});

test('a target that is taken out of service, and comes back', async () => {
  const metered = await startMetered({ target: [GONE, OTHER] });
  const drained = metered.gateway.drain(OTHER);
  expect(await statesOf(metered)).toEqual([
    'front 127.0.0.1:1 closed 1',
    'front 127.0.0.1:2 draining 1',
  ]);
  metered.gateway.restore(OTHER);
  await drained;
  expect(await statesOf(metered)).toEqual([
    'front 127.0.0.1:1 closed 1',
    'front 127.0.0.1:2 closed 1',
  ]);
});

test('a single target with a health check', async () => {
  const { target } = await recordingUpstream((_req, res) => void res.writeHead(204).end());
  const metered = await startMetered({ target, health: { path: '/health', every: '1h' } });
  expect((await metered.samples(STATE)).length).toBe(5);
  await metered.gateway.close();
});

test('a closed gateway has none: a new one of its name starts afresh', async () => {
  const registry = new Registry();
  const config = { target: GONE, breaker: { failures: 1, openFor: '1h' } } as const;
  const before = await startMetered(config, registry);
  await fetch(before.url, { method: 'POST', body: ping });
  expect(await statesOf(before)).toEqual(['front 127.0.0.1:1 open 1']);
  await before.gateway.close();
  expect(await before.samples(STATE)).toEqual([]);
  expect(before.gateway.targets()[0]?.state).toBe('open');
  const after = await startMetered(config, registry);
  expect(await statesOf(after)).toEqual(['front 127.0.0.1:1 closed 1']);
});

test('gateways of one name are added up, others are told apart', async () => {
  const registry = new Registry();
  const first = await startMetered({ target: [GONE, OTHER] }, registry);
  await startMetered({ target: [GONE, OTHER] }, registry);
  await startMetered({ target: [GONE, OTHER], name: 'back' }, registry);
  expect(await statesOf(first)).toEqual([
    'front 127.0.0.1:1 closed 2',
    'front 127.0.0.1:2 closed 2',
    'back 127.0.0.1:1 closed 1',
    'back 127.0.0.1:2 closed 1',
  ]);
});

test('what the workers of a cluster have is added up by prom-client', async () => {
  const workers = [
    await startMetered({ target: GONE, breaker: {} }),
    await startMetered({ target: GONE, breaker: {} }),
  ];
  for (const { url, told } of workers) {
    await (await fetch(url, { method: 'POST', body: ping })).text();
    await told.record();
  }
  const all = await Promise.all(workers.map(({ registry }) => registry.getMetricsAsJSON()));
  const cluster = AggregatorRegistry.aggregate(all);
  const sums = [];
  for (const name of [
    STATE,
    'mcp_gateway_requests_total',
    'mcp_server_operation_duration_seconds',
  ]) {
    const samples = await samplesOf(cluster, name);
    sums.push(samples.filter(({ value }) => value !== 0).map(({ value }) => value));
  }
  expect(sums).toEqual([[2], [2], [2]]);
  expect(await samplesOf(cluster, 'mcp_gateway_requests_in_flight')).toEqual([
    { labels: { gateway: 'front' }, value: 0 },
  ]);
});
