import { once } from 'node:events';
import { connect } from 'node:net';
import { headOf } from './messages.ts';
import type { Site } from './phase.ts';

/** Each stream takes two of the 1,000 parsers that Node keeps for later connections (`_http_common.js`). */
const STREAMS = 500;

/**
 * Runs before any measurement: opens so many streams at the same time that Node's pool of parsers is full.
 * Otherwise the pool would grow later, whenever more connections than before are open by chance.
 */
export async function rush({ port, upstream, nextId }: Omit<Site, 'isTimeOver'>): Promise<void> {
  const streams = await Promise.all(
    Array.from({ length: STREAMS }, async () => {
      const id = nextId();
      const visit = upstream.expect(id);
      const socket = connect(port, '127.0.0.1');
      socket.write(headOf({ path: '/bare', method: 'GET', behaviour: 'hold', id }));
      await visit.served;
      return { socket, visit };
    }),
  );
  await Promise.all(
    streams.map(async ({ socket, visit }) => {
      const closed = once(socket, 'close');
      socket.destroy();
      await Promise.all([closed, visit.closed]);
    }),
  );
}
