import { setTimeout as wait } from 'node:timers/promises';
import { Samples } from '../figures/samples.ts';
import { shuffled } from '../figures/statistics.ts';
import { portOf } from './posts.ts';
import { asked, bare, direct, gateway, plainMiddleware, relaysOnPath } from './rows.ts';
import { type Section, startRow } from './section.ts';

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
  rows: (lab) => [
    direct,
    ...relaysOnPath(),
    bare(),
    plainMiddleware(),
    gateway('nothing on'),
    gateway('nothing on, undici', { engine: 'undici' }),
    asked(gateway('everything on', { config: 'all' }), lab),
  ],
  async run(lab, rows) {
    const samples = new Samples();
    const rounds = lab.isQuick ? 1 : 2;
    const count = lab.isQuick ? 1000 : 10_000;
    for (let round = 1; round <= rounds; round += 1) {
      samples.beginRound();
      for (const row of shuffled(rows)) {
        const program = await startRow(row, lab, samples);
        if (program === undefined) continue;
        lab.say(`round ${round} of ${rounds}: ${row.name}`);
        const port = portOf(program);
        const { request } = row;
        const times = TIMES;
        await lab.load.run('posts', { port, connections: 8, ms: 1000, ...request });
        await lab.load.run('hangUp', { port });
        const before = await lab.load.run('leave', {
          port,
          times,
          moment: 'before the answer',
          request,
        });
        const during = await lab.load.run('leave', {
          port,
          times,
          moment: 'during the answer',
          request,
        });
        const empty = await program.usage();
        await lab.load.run('crowd', { port, count, atOnce: 64, request });
        await wait(CALM_MS);
        const after = await program.usage();
        await lab.load.run('crowd', { port, count, atOnce: 64, request });
        await wait(CALM_MS);
        const again = await program.usage();
        samples.add(row.name, {
          before: before.median,
          during: during.median,
          closed: before.closed + during.closed,
          rssBefore: empty && empty.rss / 1024,
          rssAfter: after && after.rss / 1024,
          rssAgain: again && again.rss / 1024,
          sockets: program.sockets(),
        });
        await program.stop();
      }
    }
    return samples;
  },
};
