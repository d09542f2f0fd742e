import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { Figure, Result } from '../figures/result.ts';
import { figureOf, median } from '../figures/statistics.ts';
import type { Lab } from '../lab.ts';
import { agentgateway, agentgatewayConfiguration } from '../others/agentgateway.ts';
import { haproxy, haproxyConfiguration } from '../others/haproxy.ts';
import { krakend, krakendChain, krakendRelay } from '../others/krakend.ts';
import { nginx, nginxConfiguration } from '../others/nginx.ts';
import { pathOf, versionOf } from '../others/other.ts';
import { isPinned } from './cores.ts';
import type { Issuer } from './issuer.ts';

const PACKAGES = ['express', 'http-proxy-middleware', 'undici', 'express-rate-limit', 'jose'];

/** On what a run was made. */
export function describeMachine(loadBefore: number): Result['machine'] {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    kernel: release(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    pinned: isPinned,
    loadBefore,
    unrest: unrest(),
  };
}

/** What was measured, and with what. */
export function versions({ node, otherNodes }: Lab): Record<string, string> {
  const own = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const found: [string, string | undefined][] = [
    ['Node', [node, ...otherNodes].map(({ version }) => version).join(' and ')],
    [own.name, own.version],
    ...PACKAGES.map((name): [string, string | undefined] => [name, versionOfPackage(name)]),
    ...[nginx, haproxy, krakend, agentgateway].map((other): [string, string | undefined] => [
      other.command,
      versionOf(other),
    ]),
  ];
  return Object.fromEntries(
    found.filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

/** What the programs on PATH are told; ports and folders are told anew each time. */
export function configurations(issuer: Issuer): Record<string, string> {
  const places = { port: 8080, upstream: 3000, folder: '/tmp/bench' };
  const all = [
    { other: nginx, name: 'nginx', text: nginxConfiguration(places) },
    { other: haproxy, name: 'haproxy', text: haproxyConfiguration(places) },
    { other: krakend, name: 'KrakenD', text: krakendRelay(places) },
    { other: krakend, name: 'KrakenD, everything on', text: krakendChain(places, issuer) },
    { other: agentgateway, name: 'agentgateway', text: agentgatewayConfiguration(places) },
  ];
  const known = all.filter(({ other }) => pathOf(other) !== undefined);
  return Object.fromEntries(known.map(({ name, text }) => [name, text]));
}

function versionOfPackage(name: string): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    const file = require.resolve.paths(name)?.map((path) => `${path}/${name}/package.json`);
    const found = file?.map(readIfThere).find((text) => text !== undefined);
    return found === undefined ? undefined : JSON.parse(found).version;
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** How evenly the machine does the same work again and again, for a second. */
function unrest(): Figure {
  const times: number[] = [];
  for (const end = performance.now() + 1000; performance.now() < end; ) {
    const start = performance.now();
    let sum = 0;
    for (let i = 0; i < 2_000_000; i += 1) sum = (sum + i * 31) % 1_000_003;
    if (sum >= 0) times.push(performance.now() - start);
  }
  const middle = median(times);
  return figureOf(times.map((time) => time / middle)) as Figure;
}
