import { Samples } from '../figures/samples.ts';
import { shuffled } from '../figures/statistics.ts';
import { portOf } from './posts.ts';
import { bare, direct, gateway, plainMiddleware, relaysOnPath } from './rows.ts';
import { type Section, startRow } from './section.ts';

/** Whether what the upstream sends bit by bit comes through bit by bit. */
export const arrivals: Section = {
  name: 'arrivals',
  title: 'When things arrive',
  about:
    'A POST that is answered by four events, 300 ms apart; then a stream that opens and says nothing. Milliseconds after the request; for the latest event, after it was sent.',
  metrics: [
    { key: 'head', heading: 'head ms', digits: 1 },
    { key: 'first', heading: 'first event ms', digits: 1 },
    { key: 'late', heading: 'latest event ms', digits: 1, compared: 'less' },
    { key: 'silent', heading: 'head of a silent stream ms', digits: 1, compared: 'less' },
  ],
  rows: () => [
    direct,
    ...relaysOnPath(),
    bare(),
    plainMiddleware(),
    gateway('nothing on'),
    gateway('nothing on, undici', { engine: 'undici' }),
  ],
  async run(lab, rows) {
    const samples = new Samples();
    const rounds = lab.isQuick ? 1 : 3;
    for (let round = 1; round <= rounds; round += 1) {
      samples.beginRound();
      for (const row of shuffled(rows)) {
        const program = await startRow(row, lab, samples);
        if (program === undefined) continue;
        lab.say(`round ${round} of ${rounds}: ${row.name}`);
        const port = portOf(program);
        await lab.load.run('posts', { port, connections: 8, ms: 300 });
        const { head, first, late, silent } = await lab.load.run('arrivals', { port });
        samples.add(row.name, { head, first, late, silent });
        if (silent === undefined) samples.note(row.name, 'a silent stream never gets its head');
        await lab.load.run('hangUp', { port });
        await program.stop();
      }
    }
    return samples;
  },
};
