import type { ConfigName } from '../proxies/configs.ts';
import { CPU, interleaved, RATIO } from './posts.ts';
import { BARE, bare, fromPage, gateway, withToken } from './rows.ts';
import type { Section } from './section.ts';

/** Each alone, by the name that its configuration has. */
const ALONE: readonly ConfigName[] = [
  'cors',
  'ipFilter',
  'auth by a function',
  'jwt, without sessions',
  'jwt and sessions',
  'limits by address',
  'limits by address and tool',
  'two limits, one by tool',
  'denyTools',
  'a policy that sees arguments',
  'headers',
  'an observer',
  'accessLog',
  'prometheus',
  'otel',
  'otel, not sampled',
  'two targets',
];

const overNothing = (row: ConfigName, atMost: number) => ({
  name: `${row}, over nothing on, in bare relays`,
  metric: 'cpu',
  row,
  minus: 'nothing on',
  over: BARE,
  atMost,
});

/** What each part costs by itself. */
export const slots: Section = {
  name: 'slots',
  title: 'Each part alone',
  about:
    'The request of "A request relayed", with a token, to a gateway with one thing switched on. Limits and policies read the message, which costs once, however many there are.',
  metrics: [CPU, RATIO],
  reference: { of: () => BARE, metric: 'cpu' },
  targets: [overNothing('limits by address', 0.07), overNothing('two limits, one by tool', 0.2)],
  rows: (lab) =>
    [bare(), gateway('nothing on'), ...ALONE.map((config) => gateway(config, { config }))]
      .map((row) => withToken(row, lab))
      .map((row) => (row.name === 'cors' ? fromPage(row, lab) : row)),
  run: (lab, rows) => interleaved(lab, rows, { rounds: 12, ms: 400 }),
};
