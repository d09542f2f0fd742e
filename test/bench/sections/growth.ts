import type { ConfigName } from '../proxies/configs.ts';
import { CPU, interleaved, RATIO } from './posts.ts';
import { BARE, bare, gateway } from './rows.ts';
import type { Row, Section } from './section.ts';

const several = (config: ConfigName, ...counts: readonly number[]): Row[] =>
  counts.map((count) => gateway(`${config}: ${count}`, { config, count }));

const gateways = (by: 'path' | 'mount', ...counts: readonly number[]): Row[] =>
  counts.map((count) => gateway(`gateways by ${by}: ${count}`, { gateways: { count, by } }));

/** How the cost grows with the number of what there is. */
export const growth: Section = {
  name: 'growth',
  title: 'More of the same',
  about:
    'The request of "A request relayed". Of several gateways in one app the last is asked: each with a `path` of its own, or each mounted on one.',
  metrics: [CPU, RATIO],
  reference: { of: () => BARE, metric: 'cpu' },
  targets: [
    {
      name: 'the 200th gateway of an app, × the first',
      metric: 'cpu',
      row: 'gateways by path: 200',
      over: 'gateways by path: 1',
      atMost: 1.1,
    },
  ],
  rows: () => [
    bare(),
    ...gateways('path', 1, 20, 200),
    ...gateways('mount', 1, 20, 200),
    ...several('policies of your own', 1, 10, 100),
    ...several('denyTools', 1, 10, 100),
    ...several('limits by address', 1, 5),
    ...several('limits by address and tool', 1, 5),
  ],
  run: (lab, rows) => interleaved(lab, rows, { rounds: 8, ms: 400 }),
};
