import { inTurn } from './in-turn.ts';
import { portOf } from './posts.ts';
import { relays } from './rows.ts';
import type { Section } from './section.ts';

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
  rows: relays,
  run: (lab, rows) =>
    inTurn(lab, rows, { rounds: lab.isQuick ? 1 : 3 }, async ({ row, program, samples }) => {
      const port = portOf(program);
      await lab.load.run('posts', { port, connections: 8, ms: 300 });
      const { head, first, late, silent } = await lab.load.run('arrivals', { port });
      if (silent === undefined) samples.note(row.name, 'a silent stream never gets its head');
      await lab.load.run('hangUp', { port });
      return { head, first, late, silent };
    }),
};
