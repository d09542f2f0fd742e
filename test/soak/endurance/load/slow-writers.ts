import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { call, headOf } from './messages.ts';
import { inTurns, type Phase, type Site } from './phase.ts';

const AT_ONCE = 200;
const PIECES = 16;
const BODY = call(16_384);
const BARE = '/bare';
const BETWEEN_PIECES_MS = 5;

/** Calls whose bodies come slowly, in small pieces. Every other client leaves in the middle. */
export const slowWriters: Phase = {
  name: 'slow writers',
  async run(count, site) {
    return inTurns(count, AT_ONCE, site, (number) =>
      number % 2 === 1 ? leave(pathOf(number), site) : finish(pathOf(number), site),
    );
  },
};

function pathOf(number: number): string {
  return number % 4 < 2 ? BARE : '/guarded';
}

async function finish(path: string, { port }: Site): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  const closed = once(socket, 'close');
  const answered = statusOf(socket);
  socket.write(headOf({ path, length: BODY.length }));
  await drip(socket, PIECES);
  const status = await answered;
  if (status !== '200') throw new Error(`Answered ${status}`);
  socket.destroy();
  await closed;
}

async function leave(path: string, { port, upstream, nextId }: Site): Promise<void> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  const closed = once(socket, 'close');
  const id = nextId();
  // With policies, a gateway sends nothing before it has the whole message.
  const visit = path === BARE ? upstream.expect(id) : undefined;
  socket.write(headOf({ path, length: BODY.length, ...(visit !== undefined && { id }) }));
  await drip(socket, PIECES / 2);
  await visit?.served;
  socket.destroy();
  await Promise.all([closed, visit?.closed]);
}

async function drip(socket: Socket, pieces: number): Promise<void> {
  const length = BODY.length / PIECES;
  for (let piece = 0; piece < pieces; piece += 1) {
    await setTimeout(BETWEEN_PIECES_MS);
    socket.write(BODY.subarray(piece * length, (piece + 1) * length));
  }
}

function statusOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once('data', (bytes) => resolve(bytes.toString('latin1', 9, 12)));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The gateway closed the connection')));
  });
}
