import { setTimeout as wait } from 'node:timers/promises';
import type { Moment } from '../load/aborts.ts';
import { inTurn } from './in-turn.ts';
import { portOf } from './posts.ts';
import { asked, gateway, relays } from './rows.ts';
import type { Section } from './section.ts';

const TIMES = 40;
/** What is left of those who have left is gone by then. */
const CALM_MS = 2500;

/** What becomes of a request whose client leaves. */
export const aborts: Section = {
  name: 'aborts',
  title: 'Clients that leave',
  about: `A client leaves ${TIMES} times before its answer and ${TIMES} times during it: how soon the upstream's connection is closed. Then a crowd leaves, 64 at a time, every other one before its answer: memory and sockets of the process 2.5 seconds later.`,
  metrics: [
    { key: 'before', heading: 'before: ms', digits: 1, compared: 'less' },
    { key: 'during', heading: 'during: ms', digits: 1, compared: 'less' },
    { key: 'closed', heading: `closed, of ${2 * TIMES}`, digits: 0 },
    { key: 'rssBefore', heading: 'MB before the crowd', digits: 0 },
    { key: 'rssAfter', heading: 'MB after it', digits: 0 },
    { key: 'rssAgain', heading: 'after another one', digits: 0 },
    { key: 'sockets', heading: 'sockets', digits: 0 },
  ],
  rows: (lab) => [...relays(), asked(gateway('everything on', { config: 'all' }), lab)],
  run(lab, rows) {
    const count = lab.isQuick ? 1000 : 10_000;
    const times = TIMES;
    return inTurn(lab, rows, { rounds: lab.isQuick ? 1 : 2 }, async ({ row, program }) => {
      const port = portOf(program);
      const { request } = row;
      const leave = (moment: Moment) => lab.load.run('leave', { port, times, moment, request });
      const crowd = async () => {
        await lab.load.run('crowd', { port, count, atOnce: 64, request });
        await wait(CALM_MS);
        return program.usage();
      };
      await lab.load.run('posts', { port, connections: 8, ms: 1000, ...request });
      await lab.load.run('hangUp', { port });
      const before = await leave('before the answer');
      const during = await leave('during the answer');
      const empty = await program.usage();
      const after = await crowd();
      const again = await crowd();
      return {
        before: before.median,
        during: during.median,
        closed: before.closed + during.closed,
        rssBefore: empty && empty.rss / 1024,
        rssAfter: after && after.rss / 1024,
        rssAgain: again && again.rss / 1024,
        sockets: program.sockets(),
      };
    });
  },
};
