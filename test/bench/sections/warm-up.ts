import type { Metric } from '../figures/result.ts';
import type { Lab } from '../lab.ts';
import { inTurn, type Started } from './in-turn.ts';
import { portOf } from './posts.ts';
import { asked, bare, chainOnPath, gateway, naive, relaysOnPath } from './rows.ts';
import type { Section } from './section.ts';

/** After how many requests in all the process is looked at, and by what that is known. */
const STAGES = [1000, 2000, 4000, 8000, 16_000, 32_000] as const;
const keyOf = (count: number): string => `to${count}`;
const CONNECTIONS = 32;

/** How a new process comes to its final speed. */
export const warmUp: Section = {
  name: 'warm-up',
  title: 'The first requests',
  about:
    'CPU µs/request of a new process: of its first 1,000 requests, the next 1,000, the next 2,000 and so on; warm is what comes after 32,000 and two more seconds.',
  metrics: [
    ...STAGES.map((count): Metric => {
      return { key: keyOf(count), heading: `to ${count.toLocaleString('en')}`, digits: 0 };
    }),
    { key: 'warm', heading: 'warm', digits: 0 },
    { key: 'first', heading: 'first 1,000 × warm', digits: 2, quartiles: true, compared: 'less' },
    { key: 'ready', heading: 'start to first answer ms', digits: 0, compared: 'less' },
  ],
  targets: ['everything on', 'everything on, undici'].map((row) => ({
    name: `${row}: the first 1,000 requests, × warm`,
    metric: 'first',
    row,
    atMost: 1.5,
  })),
  rows: (lab) => [
    ...relaysOnPath().filter(({ name }) => name === 'KrakenD'),
    ...chainOnPath().map((row) => asked(row, lab)),
    bare(),
    asked(naive(), lab),
    gateway('nothing on'),
    gateway('nothing on, undici', { engine: 'undici' }),
    asked(gateway('everything on', { config: 'all' }), lab),
    asked(gateway('everything on, undici', { config: 'all', engine: 'undici' }), lab),
  ],
  run: (lab, rows) =>
    inTurn(lab, rows, { rounds: lab.isQuick ? 1 : 3 }, (started) => observe(lab, started)),
};

async function observe(lab: Lab, { row, program, startedAt }: Started) {
  const port = portOf(program);
  /** CPU of each request of what is sent now. */
  const costOf = async (slice: { requests: number } | { ms: number }) => {
    const before = await program.usage();
    const { requests } = await lab.load.run('posts', {
      port,
      connections: CONNECTIONS,
      ...row.request,
      ...slice,
    });
    const after = await program.usage();
    return before && after && (after.cpuMicros - before.cpuMicros) / requests;
  };
  await lab.load.run('posts', { port, connections: 1, requests: 1, ...row.request });
  const ready = performance.now() - startedAt;
  const costs: Record<string, number | undefined> = {};
  let done = 0;
  for (const count of STAGES) {
    costs[keyOf(count)] = await costOf({ requests: count - done });
    done = count;
  }
  await costOf({ ms: lab.isQuick ? 500 : 2000 });
  const warm = await costOf({ ms: 1000 });
  const first = costs[keyOf(STAGES[0])];
  await lab.load.run('hangUp', { port });
  return { ...costs, warm, first: first && warm && first / warm, ready };
}
