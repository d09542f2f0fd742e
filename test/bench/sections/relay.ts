import { CPU, interleaved, P50, P99, RATE, RATIO, RSS } from './posts.ts';
import { BARE, bare, direct, gateway, HPM, plainMiddleware, relaysOnPath } from './rows.ts';
import type { Section } from './section.ts';

/** What it costs to relay a request, with nothing switched on. */
export const relay: Section = {
  name: 'relay',
  title: 'A request relayed',
  about:
    'POST of 440 bytes, answered with 430 bytes of JSON; 32 clients, each of which sends its next request when it has its answer.',
  isQuick: true,
  metrics: [CPU, RATIO, RATE, P50, P99, RSS],
  reference: { of: () => BARE, metric: 'cpu' },
  targets: [
    {
      name: 'nothing on, undici, × bare relay',
      metric: 'cpu',
      row: 'nothing on, undici',
      over: BARE,
      atMost: 0.95,
    },
    {
      name: 'nothing on, × http-proxy-middleware',
      metric: 'cpu',
      row: 'nothing on',
      over: HPM,
      atMost: 1,
    },
    {
      name: 'nothing on with createServer on Node 22, × on this Node',
      metric: 'cpu',
      row: 'nothing on, createServer, Node 22',
      over: 'nothing on',
      atMost: 1.15,
    },
  ],
  rows: ({ otherNodes }) => [
    direct,
    ...relaysOnPath(),
    bare(),
    plainMiddleware(),
    gateway('nothing on'),
    gateway('nothing on, createServer', { createsServer: true }),
    gateway('nothing on, undici', { engine: 'undici' }),
    ...otherNodes.flatMap((node) => [
      bare(node),
      gateway('nothing on', {}, node),
      gateway('nothing on, createServer', { createsServer: true }, node),
      gateway('nothing on, undici, createServer', { engine: 'undici', createsServer: true }, node),
    ]),
  ],
  run: (lab, rows) => interleaved(lab, rows),
};
