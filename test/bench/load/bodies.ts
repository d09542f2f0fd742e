import { once } from 'node:events';
import { connect } from 'node:net';
import { ANSWER, answer } from './answer.ts';
import { get, postHead } from './requests.ts';
import type { Upstream } from './upstream.ts';

/** Which way a large body goes, and how its length is told. */
export type Way = 'up' | 'down, with a length' | 'down, in chunks';

export interface BodySettings {
  readonly port: number;
  readonly bytes: number;
  readonly way: Way;
}

const PIECE = Buffer.alloc(64 * 1024, 'x');

/** Sends one body through, over a connection of its own; says how long it took. */
export async function body(
  upstream: Upstream,
  { port, bytes, way }: BodySettings,
): Promise<{ readonly seconds: number }> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  const start = performance.now();
  await (way === 'up'
    ? up(upstream, socket, port, bytes)
    : down(upstream, socket, port, bytes, way));
  socket.destroy();
  return { seconds: (performance.now() - start) / 1000 };
}

type Wire = ReturnType<typeof connect>;

async function up(upstream: Upstream, socket: Wire, port: number, bytes: number): Promise<void> {
  let arrived = 0;
  upstream.behaviour = (call) => {
    arrived = call.bodyBytes;
    answer(call);
  };
  const answered = received(socket, ANSWER.length);
  socket.write(postHead(port, bytes));
  await pour(socket, bytes, (piece) => piece);
  await answered;
  if (arrived < bytes) throw new Error(`${arrived} of ${bytes} bytes arrived`);
}

async function down(
  upstream: Upstream,
  socket: Wire,
  port: number,
  bytes: number,
  way: Way,
): Promise<void> {
  const isChunked = way === 'down, in chunks';
  upstream.behaviour = (call) => {
    const framing = isChunked ? 'transfer-encoding: chunked' : `content-length: ${bytes}`;
    call.socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${framing}\r\n\r\n`);
    const frame = (piece: Buffer) =>
      isChunked
        ? Buffer.concat([
            Buffer.from(`${piece.length.toString(16)}\r\n`),
            piece,
            Buffer.from('\r\n'),
          ])
        : piece;
    pour(call.socket, bytes, frame).then(
      () => isChunked && call.socket.write('0\r\n\r\n'),
      () => {},
    );
  };
  const answered = received(socket, bytes);
  socket.write(get(port));
  await answered;
}

/** Writes as fast as it is taken. */
async function pour(socket: Wire, bytes: number, frame: (piece: Buffer) => Buffer): Promise<void> {
  for (let left = bytes; left > 0; left -= PIECE.length) {
    const isTaken = socket.write(frame(PIECE.subarray(0, Math.min(left, PIECE.length))));
    if (!isTaken) await once(socket, 'drain');
  }
}

/** Until so many bytes are there, and what frames them. */
function received(socket: Wire, bytes: number): Promise<void> {
  let got = 0;
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      if (got === 0 && chunk.toString('latin1', 9, 12) !== '200')
        reject(new Error(chunk.toString('latin1', 0, 300)));
      got += chunk.length;
      if (got >= bytes) resolve();
    });
    socket.on('close', () => reject(new Error(`${got} of ${bytes} bytes came`)));
  });
}
