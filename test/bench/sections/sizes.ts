import { CPU, interleaved, RATIO } from './posts.ts';
import { BARE, bare, gateway, relaysOnPath } from './rows.ts';
import type { Row, Section } from './section.ts';

const SIZES = [
  ['1 KB', 1000],
  ['64 KB', 64_000],
  ['1 MB', 1_000_000],
] as const;

const PROXIES: readonly Row[] = [
  bare(),
  gateway('nothing on', { config: 'large bodies' }),
  gateway('nothing on, undici', { config: 'large bodies', engine: 'undici' }),
  gateway('denyTools', { config: 'denyTools, large bodies' }),
  gateway('a policy that sees arguments', { config: 'a policy that sees arguments' }),
  gateway('an observer', { config: 'an observer' }),
];

/** How the cost grows with the message. */
export const sizes: Section = {
  name: 'sizes',
  title: 'Larger messages',
  about:
    'Calls whose arguments are source code, as one text; 16 clients. A policy reads the whole message before anything goes on.',
  metrics: [CPU, RATIO],
  // Of a message of the same size.
  reference: { of: (row) => row.replace(/^[^:]+/, BARE), metric: 'cpu' },
  targets: [
    {
      name: '1 MB with a policy that sees arguments, × nothing on',
      metric: 'cpu',
      row: 'a policy that sees arguments: 1 MB',
      over: 'nothing on: 1 MB',
      atMost: 2,
    },
  ],
  rows: () =>
    SIZES.flatMap(([label, size]) =>
      [...PROXIES, ...relaysOnPath().filter(({ name }) => name === 'KrakenD')].map((row) => ({
        ...row,
        name: `${row.name}: ${label}`,
        request: { size },
      })),
    ),
  run: (lab, rows) => interleaved(lab, rows, { rounds: 8, ms: 400, connections: 16 }),
};
