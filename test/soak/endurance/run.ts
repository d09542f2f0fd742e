import { freePort } from '../../support/free-ports.ts';
import { ManagedProcess } from '../processes/managed-process.ts';
import type { Site } from './load/phase.ts';
import { PHASES, type PhaseName } from './load/phases.ts';
import { rush } from './load/rush.ts';
import { Upstream } from './load/upstream.ts';
import type { EnduranceOptions } from './options.ts';
import type { GatewaySettings } from './process/gateway-process.ts';
import { Rest } from './rest.ts';
import type { EnduranceEvidence, Series } from './verdict/evidence.ts';

/** The share of each phase in the time under load. */
const SHARES: Readonly<Record<PhaseName, number>> = {
  ...{ requests: 0.5, aborts: 0.25, refused: 0.1, readers: 0.05, writers: 0.1 },
};

/** Runs all phases one after the other on one process. Gives what the process held after each of their parts. */
export async function run(
  options: EnduranceOptions,
  say: (text: string) => void,
): Promise<EnduranceEvidence> {
  const upstream = await Upstream.start();
  const gateway = new ManagedProcess(
    'gateway',
    await freePort(),
    new URL('./process/gateway-process.ts', import.meta.url),
    {
      upstreamPort: upstream.port,
      closedPort: await freePort(),
      engine: options.engine,
      leak: options.leak,
    } satisfies Omit<GatewaySettings, 'id' | 'port'>,
  );
  await gateway.start();
  try {
    let ids = 0;
    const site: Omit<Site, 'isTimeOver'> = {
      port: gateway.port,
      upstream,
      nextId() {
        ids += 1;
        return String(ids);
      },
      memory: () => gateway.ask<number>('memory'),
      told: { heldPerReader: 0 },
    };
    const rest = await Rest.of(gateway, upstream, options.patienceMs);
    await rush(site);
    const series: Series[] = [];
    for (const phase of options.phases)
      series.push(await measured(phase, options, site, rest, say));
    const { log, crashes } = gateway;
    return {
      series,
      accounts: await gateway.ask<EnduranceEvidence['accounts']>('accounts'),
      refused: series
        .filter(({ name }) => name === PHASES.refused.name)
        .reduce((sum, { warmUp, count }) => sum + warmUp + count, 0),
      heldPerReader: site.told.heldPerReader,
      log,
      crashes,
    };
  } finally {
    upstream.stop();
    await gateway.kill();
  }
}

async function measured(
  name: PhaseName,
  { counts, repeats, minutes }: EnduranceOptions,
  site: Omit<Site, 'isTimeOver'>,
  rest: Rest,
  say: (text: string) => void,
): Promise<Series> {
  const phase = PHASES[name];
  const each = Math.ceil(counts[name] / repeats);
  const partMs = (minutes * 60_000 * SHARES[name]) / (repeats + 1);
  const part = () => {
    const end = Date.now() + partMs;
    return phase.run(each, { ...site, isTimeOver: () => Date.now() > end });
  };
  say(`${phase.name}: ${each} to warm up, then ${repeats} times ${each}`);
  const warmUp = await part();
  const points = [await rest.reached()];
  let count = 0;
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    count += await part();
    points.push(await rest.reached(points[0]));
  }
  return { name: phase.name, warmUp, count, points };
}
