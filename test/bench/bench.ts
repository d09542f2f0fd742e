/**
 * What a request costs in the proxy process: `npm run bench`, `-- --quick` for under a minute,
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

const upstream = await Child.start('./upstream.ts');
const [plain, gateway, several, guarded] = await Promise.all([
  Child.start('./proxies/http-proxy-middleware.ts', upstream.url),
  Child.start('./proxies/gateway.ts', upstream.url),
  Child.start('./proxies/several-targets.ts', upstream.url),
  Child.start('./proxies/guarded-gateway.ts', upstream.url),
]);
const variants = [
  { name: 'direct', url: upstream.url },
  { name: 'http-proxy-middleware', url: plain.url, proxy: plain },
  { name: 'express-mcp-gateway', url: gateway.url, proxy: gateway },
  { name: 'the same with two targets', url: several.url, proxy: several },
  { name: 'the same with all slots on', url: guarded.url, proxy: guarded },
];

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
for (const child of [upstream, plain, gateway, several, guarded]) child.stop();

const summary = {
  node: process.version,
  cores: availableParallelism(),
  rounds: ROUNDS,
  sliceMs: SLICE_MS,
  concurrency: CONCURRENCY,
  variants: variants.map(({ name }) => summarise(name, rounds, 'http-proxy-middleware')),
};
console.log(options.json ? JSON.stringify(summary, null, 2) : report(summary));
