import { CPU, interleaved, P50, P99, RATE, RATIO } from './posts.ts';
import { asked, BARE, bare, chainOnPath, gateway, NAIVE, naive, withToken } from './rows.ts';
import type { Section } from './section.ts';

/** What all checks together cost. */
export const chain: Section = {
  name: 'chain',
  title: 'Everything on',
  about:
    'The same request with a token (ES256) and the origin of a web page. Everything: CORS, three networks, tokens, bound sessions, two limits (by address; by user and tool), a policy on tools, three headers, an observer. The naive stack is cors, express-rate-limit, jose and http-proxy-middleware: it verifies each signature anew, and looks into no body.',
  isQuick: true,
  metrics: [CPU, RATIO, RATE, P50, P99],
  reference: { of: () => BARE, metric: 'cpu' },
  targets: [
    {
      name: 'everything on, undici, × bare relay',
      metric: 'cpu',
      row: 'everything on, undici',
      over: BARE,
      atMost: 1.6,
    },
    {
      name: 'everything on, × naive stack',
      metric: 'cpu',
      row: 'everything on',
      over: NAIVE,
      atMost: 0.6,
    },
    {
      name: 'everything on with createServer on Node 22, × on this Node',
      metric: 'cpu',
      row: 'everything on, createServer, Node 22',
      over: 'everything on',
      atMost: 1.15,
    },
  ],
  rows: (lab) => [
    withToken(bare(), lab),
    withToken(gateway('nothing on'), lab),
    ...[
      gateway('everything on', { config: 'all' }),
      gateway('everything on, undici', { config: 'all', engine: 'undici' }),
      naive(),
      ...chainOnPath(),
      ...lab.otherNodes.flatMap((node) => [
        gateway('everything on', { config: 'all' }, node),
        gateway('everything on, createServer', { config: 'all', createsServer: true }, node),
      ]),
    ].map((row) => asked(row, lab)),
  ],
  run: (lab, rows) => interleaved(lab, rows),
};
