import { CPU, interleaved, P50, P99, RATIO } from './posts.ts';
import { asked, BARE, gateway, naive, relays } from './rows.ts';
import type { Section } from './section.ts';

/** What a machine that is not busy pays, and how much later an answer comes. */
export const steady: Section = {
  name: 'steady',
  title: 'A thousand requests a second',
  about:
    'The same request, 1,000 times a second whether or not those before were answered. Latency counts from when a request was due.',
  metrics: [CPU, RATIO, P50, P99],
  reference: { of: () => BARE, metric: 'cpu' },
  rows: (lab) => [
    ...relays(),
    asked(naive(), lab),
    asked(gateway('everything on', { config: 'all' }), lab),
    asked(gateway('everything on, undici', { config: 'all', engine: 'undici' }), lab),
  ],
  run: (lab, rows) =>
    interleaved(lab, rows, { rounds: 8, ms: 800, connections: 64, perSecond: 1000 }),
};
