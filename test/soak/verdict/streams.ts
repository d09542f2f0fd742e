import type { Check } from './check.ts';
import type { Evidence } from './evidence.ts';

/** What has to hold for events, over all connections of a stream. */
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
        ...behind.map(({ id, events }) => `session ${id}: ${events.at(-1)} of ${last[id]} events`),
      ],
    },
  ];
}
