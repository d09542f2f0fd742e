import type { Way } from '../load/bodies.ts';
import { inTurn } from './in-turn.ts';
import { portOf } from './posts.ts';
import { BARE, bare, direct, gateway, plainMiddleware, relaysOnPath } from './rows.ts';
import type { Row, Section } from './section.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = 64;
const WAYS: readonly Way[] = ['up', 'down, with a length', 'down, in chunks'];

const PROXIES: readonly Row[] = [
  bare(),
  plainMiddleware(),
  gateway('nothing on', { config: 'large bodies' }),
  gateway('nothing on, undici', { config: 'large bodies', engine: 'undici' }),
];

const named = (row: string, way: Way): string => `${row}: ${way}`;

/** What a body costs that nobody reads. */
export const bodies: Section = {
  name: 'bodies',
  title: 'Bodies of 64 MB',
  about:
    'One body at a time, with `bodyLimit: 100mb` here. Memory: how much the peak of the process is above what it had before.',
  metrics: [
    { key: 'speed', heading: 'MB/s', digits: 0 },
    { key: 'micros', heading: 'CPU µs/MB', digits: 0, quartiles: true },
    { key: 'ratio', heading: '× bare relay', digits: 2, quartiles: true, compared: 'less' },
    { key: 'growth', heading: 'memory MB', digits: 0 },
  ],
  reference: { of: (row) => row.replace(/^[^:]+/, BARE), metric: 'micros' },
  rows: () =>
    WAYS.flatMap((way) =>
      [direct, ...relaysOnPath(), ...PROXIES].map((row) => ({
        ...row,
        name: named(row.name, way),
      })),
    ),
  run: (lab, rows) =>
    inTurn(lab, rows, { rounds: lab.isQuick ? 1 : 4 }, async ({ row, program }) => {
      const way = WAYS.find((each) => row.name.endsWith(each)) as Way;
      const port = portOf(program);
      const send = () => lab.load.run('body', { port, bytes: SIZE_MIB * MIB, way });
      await send();
      program.forgetPeak();
      const before = await program.usage();
      const { seconds } = await send();
      const after = await program.usage();
      return {
        speed: SIZE_MIB / seconds,
        micros: before && after && (after.cpuMicros - before.cpuMicros) / SIZE_MIB,
        growth: before && after && Math.max(0, after.peak - before.rss) / 1024,
      };
    }),
};
