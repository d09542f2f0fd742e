import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { callTo, headOf } from './messages.ts';
import { inTurns, type Phase } from './phase.ts';
import { HALF_AN_EVENT } from './upstream.ts';

const AT_ONCE = 32;

/** When the client leaves. */
const MOMENTS = [
  { behaviour: 'hold', seen: undefined },
  { behaviour: 'head', seen: '\r\n\r\n' },
  { behaviour: 'event', seen: HALF_AN_EVENT },
] as const;

/** Streams whose clients leave: before the head, after it, and inside of an event. */
export const abortedStreams: Phase = {
  name: 'aborted streams',
  async run(count, site) {
    const { port, upstream, nextId } = site;
    return inTurns(count, AT_ONCE, site, async (number) => {
      const { behaviour, seen } = MOMENTS[number % 3] as (typeof MOMENTS)[number];
      const id = nextId();
      const visit = upstream.expect(id);
      const head = { path: isOdd(number / 3) ? '/guarded' : '/bare', behaviour, id };
      const socket = connect(port, '127.0.0.1').setNoDelay();
      socket.write(isOdd(number / 6) ? headOf({ ...head, method: 'GET' }) : callTo(head));
      await Promise.all([visit.served, seen === undefined || untilSeen(socket, seen)]);
      const closed = once(socket, 'close');
      if (isOdd(number / 12)) socket.resetAndDestroy();
      else socket.destroy();
      await Promise.all([closed, visit.closed]);
    });
  },
};

function isOdd(number: number): boolean {
  return Math.floor(number) % 2 === 1;
}

function untilSeen(socket: Socket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      if (received.includes(text)) resolve();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`The gateway closed the stream after: ${received}`)));
  });
}
