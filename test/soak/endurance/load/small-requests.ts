import { Connection } from './connection.ts';
import { ANSWER, callTo } from './messages.ts';
import { inTurns, type Phase } from './phase.ts';

const AT_ONCE = 32;
const REQUESTS = [callTo({ path: '/bare' }), callTo({ path: '/guarded' })] as const;

/** Calls over kept-alive connections, alternately to both gateways. */
export const smallRequests: Phase = {
  name: 'small requests',
  async run(count, site) {
    const connections = Array.from({ length: AT_ONCE }, () => new Connection(site.port));
    const expected = ANSWER.toString('latin1');
    const done = await inTurns(count, AT_ONCE, site, async (number, place) => {
      const connection = connections[place] as Connection;
      const { status, body } = await connection.exchange(REQUESTS[number % 2] as Buffer);
      if (status !== 200 || body !== expected) throw new Error(`Answered ${status}: ${body}`);
    });
    await Promise.all(connections.map((connection) => connection.close()));
    return done;
  },
};
