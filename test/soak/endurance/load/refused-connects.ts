import { Connection } from './connection.ts';
import { callTo } from './messages.ts';
import { inTurns, type Phase } from './phase.ts';

const AT_ONCE = 32;
const REQUESTS = [callTo({ path: '/bare-closed' }), callTo({ path: '/guarded-closed' })] as const;

/** Calls for a server whose port is closed. */
export const refusedConnects: Phase = {
  name: 'refused connects',
  async run(count, site) {
    const connections = Array.from({ length: AT_ONCE }, () => new Connection(site.port));
    const done = await inTurns(count, AT_ONCE, site, async (number, place) => {
      const connection = connections[place] as Connection;
      const { status, body } = await connection.exchange(REQUESTS[number % 2] as Buffer);
      if (status !== 502 || !body.includes('"upstream_unreachable"')) {
        throw new Error(`Answered ${status}: ${body}`);
      }
    });
    await Promise.all(connections.map((connection) => connection.close()));
    return done;
  },
};
