import type { Metric } from '../figures/result.ts';
import { Samples } from '../figures/samples.ts';
import { shuffled } from '../figures/statistics.ts';
import type { Lab } from '../lab.ts';
import type { PostsSettings } from '../load/posts.ts';
import type { Program } from '../machine/program.ts';
import { type Row, startRow } from './section.ts';

export const CPU: Metric = {
  key: 'cpu',
  heading: 'CPU µs/request',
  digits: 1,
  quartiles: true,
};
export const RATIO: Metric = {
  key: 'ratio',
  heading: '× bare relay',
  digits: 2,
  quartiles: true,
  compared: 'less',
};
export const RATE: Metric = { key: 'perSecond', heading: 'requests/s', digits: 0 };
export const P50: Metric = { key: 'p50', heading: 'p50 ms', digits: 2 };
export const P99: Metric = { key: 'p99', heading: 'p99 ms', digits: 2 };
export const RSS: Metric = { key: 'rss', heading: 'memory MB', digits: 0 };

/** How the rounds of a section go. */
export interface Rounds {
  readonly rounds?: number;
  readonly ms?: number;
  readonly connections?: number;
  /** Default: as many as are answered. */
  readonly perSecond?: number;
}

/**
 * All rows run at once, and are measured one after the other, again and again in random order: so what the
 * machine does meanwhile meets all of them. Each had its full load before, until its code was compiled.
 */
export async function interleaved(
  lab: Lab,
  rows: readonly Row[],
  { rounds = 12, ms = 500, connections = 32, perSecond }: Rounds = {},
): Promise<Samples> {
  const samples = new Samples();
  const running = new Map<Row, Program>();
  for (const row of rows) {
    const program = await startRow(row, lab, samples);
    if (program !== undefined) running.set(row, program);
  }
  const post = (row: Row, program: Program, slice: Omit<Partial<PostsSettings>, 'port'>) =>
    lab.load.run('posts', { port: portOf(program), connections, ...row.request, ...slice });

  /** What happens to one row is no reason to lose the others. */
  const leaveOut = async (row: Row, program: Program, error: unknown) => {
    samples.note(row.name, 'failed');
    lab.say(`${row.name} failed: ${(error as Error).message}`);
    running.delete(row);
    await program.stop();
  };
  const measure = async (row: Row, program: Program) => {
    const pace = perSecond === undefined ? {} : { perSecond };
    await post(row, program, { ms: 150, ...pace });
    const before = await program.usage();
    const { requests, p50, p99 } = await post(row, program, { ms, ...pace });
    const after = await program.usage();
    return {
      cpu: before && after && (after.cpuMicros - before.cpuMicros) / requests,
      perSecond: (requests * 1000) / ms,
      p50,
      p99,
      rss: after && after.rss / 1024,
    };
  };

  for (const [row, program] of running) {
    lab.say(`warms up ${row.name}`);
    try {
      await post(row, program, warmUpOf(row, lab));
    } catch (error) {
      await leaveOut(row, program, error);
    }
  }
  const count = lab.isQuick ? Math.min(4, rounds) : rounds;
  for (let round = 1; round <= count; round += 1) {
    lab.say(`round ${round} of ${count}`);
    samples.beginRound();
    for (const [row, program] of shuffled([...running])) {
      try {
        samples.add(row.name, await measure(row, program));
      } catch (error) {
        await leaveOut(row, program, error);
      }
    }
  }
  for (const program of running.values()) {
    await lab.load.run('hangUp', { port: portOf(program) });
    await program.stop();
  }
  return samples;
}

export function portOf({ url }: Program): number {
  return Number(new URL(url).port);
}

/** Code is compiled by how often it runs, and not by for how long; some of it only after 20,000 requests. */
function warmUpOf({ isCompiled }: Row, { isQuick }: Lab): Partial<PostsSettings> {
  if (!isCompiled) return { ms: 500 };
  return isQuick ? { requests: 12_000, ms: 6000 } : { requests: 40_000, ms: 30_000 };
}
