import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { until } from '../../until.ts';
import { callTo } from './messages.ts';
import { inTurns, type Phase, type Site } from './phase.ts';
import type { Visit } from './upstream.ts';

/** How many readers stop reading at the same time. */
const CROWD = 20;

/** Clients that do not read, until all buffers are full. Then half of them read on, and half leave. */
export const slowReaders: Phase = {
  name: 'slow readers',
  async run(count, site) {
    let done = 0;
    await inTurns(Math.ceil(count / CROWD), 1, site, async () => {
      const size = Math.min(CROWD, count - done);
      await crowd(size, site);
      done += size;
    });
    return done;
  },
};

const LAST_CHUNK = Buffer.from('0\r\n\r\n');

async function crowd(count: number, site: Site): Promise<void> {
  const { port, upstream, nextId, memory, told } = site;
  const before = await memory();
  const readers = Array.from({ length: count }, (_, i) => {
    const id = nextId();
    const visit = upstream.expect(id);
    const socket = connect(port, '127.0.0.1').pause();
    socket.write(callTo({ path: i % 4 < 2 ? '/bare' : '/guarded', behaviour: 'pour', id }));
    return { visit, socket, isLeaving: i % 2 === 1 };
  });
  const visits = readers.map(({ visit }) => visit);
  await Promise.all(visits.map(({ served }) => served));
  await untilStill(visits);
  told.heldPerReader = Math.max(told.heldPerReader, ((await memory()) - before) / count);
  for (const visit of visits) visit.finish();
  await Promise.all(
    readers.map(async ({ visit, socket, isLeaving }) => {
      const closed = once(socket, 'close');
      const received = isLeaving ? undefined : await lengthOf(socket);
      if (received !== undefined && received < visit.sent) {
        throw new Error(`${received} of ${visit.sent} bytes arrived`);
      }
      socket.destroy();
      await Promise.all([closed, visit.closed]);
    }),
  );
}

/** Reads a chunked answer to its end. */
function lengthOf(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    let received = 0;
    let tail = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      received += bytes.length;
      tail = Buffer.concat([tail, bytes]).subarray(-LAST_CHUNK.length);
      if (tail.equals(LAST_CHUNK)) resolve(received);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`The answer broke off after ${received} bytes`)));
    socket.resume();
  });
}

/** Waits until no byte is sent between two checks: then every buffer on the way is full. */
async function untilStill(visits: readonly Visit[]): Promise<void> {
  let before = -1;
  await until(() => {
    const now = visits.reduce((sum, { sent }) => sum + sent, 0);
    const isStill = now === before;
    before = now;
    return isStill;
  });
}
