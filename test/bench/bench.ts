/**
 * What a request costs in the proxy process: `npm run bench`, `-- --quick` for two minutes,
 * `-- --json` for machines. It reports and never judges: no speed is asserted.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Child } from './child.ts';
import { closeConnections, load } from './load.ts';
import { type Measured, report, summarise } from './report.ts';
import { median, shuffled } from './statistics.ts';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' } },
});
const ROUNDS = options.quick ? 12 : 60;
const CONCURRENCY = 32;
const FIRST_WARM_UP_MS = 4000;
const WARM_UP_MS = 200;
const SLICE_MS = 700;

const REFERENCE = 'http-proxy-middleware';
const PROXIES: readonly (readonly [name: string, module: string, ...args: string[]])[] = [
  [REFERENCE, 'http-proxy-middleware.ts'],
  ['express-mcp-gateway', 'gateway.ts'],
  ['the same with two targets', 'several-targets.ts'],
  ['the same with accessLog', 'logging-gateway.ts'],
  ['the same with otel, sampled', 'traced-gateway.ts', 'sampled'],
  ['the same with otel, not sampled', 'traced-gateway.ts', 'unsampled'],
  ['the same with prometheus', 'metered-gateway.ts'],
  ['the same with all slots on', 'guarded-gateway.ts'],
];

const upstream = await Child.start('./upstream.ts');
const proxies = await Promise.all(
  PROXIES.map(async ([name, module, ...args]) => {
    const proxy = await Child.start(`./proxies/${module}`, upstream.url, ...args);
    return { name, url: proxy.url, proxy };
  }),
);
const variants = [{ name: 'direct', url: upstream.url, proxy: undefined }, ...proxies];

for (const { url } of variants) await load(url, CONCURRENCY, FIRST_WARM_UP_MS);

const rounds: Map<string, Measured>[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const measured = new Map<string, Measured>();
  for (const { name, url, proxy } of shuffled(variants)) {
    await load(url, CONCURRENCY, WARM_UP_MS);
    const before = await proxy?.cpuMicros();
    const { requests, seconds, latencies } = await load(url, CONCURRENCY, SLICE_MS);
    const after = await proxy?.cpuMicros();
    measured.set(name, {
      cpuMicros:
        before === undefined || after === undefined ? undefined : (after - before) / requests,
      perSecond: requests / seconds,
      p50: median(latencies),
    });
  }
  rounds.push(measured);
}

closeConnections();
for (const child of [upstream, ...proxies.map(({ proxy }) => proxy)]) child.stop();

const summary = {
  node: process.version,
  cores: availableParallelism(),
  rounds: ROUNDS,
  sliceMs: SLICE_MS,
  concurrency: CONCURRENCY,
  variants: variants.map(({ name }) => summarise(name, rounds, REFERENCE)),
};
console.log(options.json ? JSON.stringify(summary, null, 2) : report(summary));
