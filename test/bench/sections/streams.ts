import { setTimeout as wait } from 'node:timers/promises';
import type { Lab } from '../lab.ts';
import { inTurn, type Started } from './in-turn.ts';
import { portOf } from './posts.ts';
import { BARE, HPM, relays } from './rows.ts';
import type { Row, Section } from './section.ts';

const FLOW_MS = 5000;
/** What opening has left behind is collected by then. */
const CALM_MS = 2000;

/** What many open event streams cost, with an event a second each. */
export const streams: readonly Section[] = [1000, 5000].map((count) => ({
  name: `streams-${count}`,
  title: titleOf(count),
  about: `Event streams (GET), each with one event of 200 bytes a second, for five seconds; a new process each round. Lag: from when the upstream writes an event to when the client has it. Memory: what the process grew by, for each stream.`,
  metrics: [
    { key: 'kb', heading: 'KB/stream', digits: 1, quartiles: true, compared: 'less' },
    { key: 'micros', heading: 'CPU µs/event', digits: 1, quartiles: true },
    { key: 'p50', heading: 'lag p50 ms', digits: 2 },
    { key: 'p99', heading: 'lag p99 ms', digits: 2, quartiles: true },
    { key: 'ratio', heading: 'p99 × bare relay', digits: 2, quartiles: true, compared: 'less' },
    { key: 'max', heading: 'lag max ms', digits: 1 },
  ],
  reference: { of: () => BARE, metric: 'p99' },
  targets: ['nothing on', 'nothing on, undici'].flatMap((row) => [
    {
      name: `${titleOf(count)}: lag p99, ${row}, × bare relay`,
      metric: 'p99',
      row,
      over: BARE,
      atMost: 1.5,
    },
    { name: `${titleOf(count)}: KB for each, ${row}`, metric: 'kb', row, atMost: 45 },
  ]),
  rows: relays,
  run(lab, rows) {
    const rounds = lab.isQuick ? 1 : count > 1000 ? 4 : 2;
    // It opens 256 and no more: the default agent of its proxy library has so many sockets.
    const isLeftOut = ({ name }: Row, round: number) => name === HPM && round > 1;
    return inTurn(lab, rows, { rounds, isLeftOut }, (started) => hold(lab, count, started));
  },
}));

function titleOf(count: number): string {
  return `${count.toLocaleString('en')} open streams`;
}

async function hold(lab: Lab, count: number, { row, program, samples }: Started) {
  const port = portOf(program);
  // A process that serves has compiled what it needs to.
  await lab.load.run('posts', { port, connections: 8, ms: lab.isQuick ? 500 : 2000 });
  const empty = await program.usage();
  await lab.load.run('openStreams', { port, count });
  await wait(CALM_MS);
  const held = await program.usage();
  const { sent, streams, p50, p99, max, events } = await lab.load.run('flow', { ms: FLOW_MS });
  const after = await program.usage();
  await lab.load.run('closeStreams', {});
  await lab.load.run('hangUp', { port });
  if (streams < count || events < sent * 0.99) {
    samples.note(row.name, `events came on ${streams} of ${count} streams`);
    return {};
  }
  return {
    kb: empty && after && (after.rss - empty.rss) / count,
    micros: held && after && (after.cpuMicros - held.cpuMicros) / events,
    p50,
    p99,
    max,
  };
}
