import type { Attempt } from '../load/journal.ts';
import type { Check } from './check.ts';
import type { Evidence } from './evidence.ts';

const MOST_ATTEMPTS = 5;

/** The checks of events, over all connections of a stream. */
export function checksOfStreams({ journal, streams }: Evidence): Check[] {
  const { open, last, users } = streams;
  const outOfOrder = journal.sessions.flatMap(({ id, events }) =>
    events.flatMap((number, i) => {
      const before = events[i - 1];
      const follows = before === undefined || number === before + 1;
      return follows ? [] : [`session ${id}: event ${number} came after ${before}`];
    }),
  );
  const behind = open.filter(({ id, events }) => events.at(-1) !== last[id]);
  return [
    {
      name: 'events came in order, none was lost and none came twice',
      problems: outOfOrder,
    },
    {
      name: 'every stream was open in the end, and had every event',
      problems: [
        ...(open.length < users ? [`${open.length} streams of ${users} were open`] : []),
        ...behind.map(({ id, events }) => {
          const attempts = journal.attempts.filter(({ session }) => session?.id === id);
          const latest = attempts.slice(-MOST_ATTEMPTS).map(inShort).join(', ');
          return `session ${id}: ${events.at(-1)} of ${last[id]} events; its latest: ${latest}`;
        }),
      ],
    },
  ];
}

function inShort({ what, outcome, gateways, sentAt, endedAt }: Attempt): string {
  return `${what} by ${gateways.join(' and ')} from ${sentAt} to ${endedAt}: ${outcome.kind}`;
}
