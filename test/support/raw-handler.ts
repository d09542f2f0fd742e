import type { IncomingMessage } from 'node:http';
import { type Duplex, Readable } from 'node:stream';

/**
 * A handler whose answers come from `onConnection`, byte by byte. `onConnection` gets the server's end of the
 * connection, to which it writes the answer, and the bytes of the request.
 */
export function rawHandler(
  onConnection: (socket: Duplex, request: Readable) => void,
): (req: IncomingMessage, res: unknown) => void {
  return (req, _res) => {
    req.socket.on('error', () => {});
    // If a request breaks off, reading it fails. That error is ignored.
    onConnection(
      req.socket,
      Readable.from(bytesOf(req), { objectMode: false }).on('error', () => {}),
    );
  };
}

/** Restores the bytes of the request: Node has parsed its head and removed the chunk framing of its body. */
async function* bytesOf(req: IncomingMessage): AsyncGenerator<Buffer> {
  yield Buffer.from(headOf(req), 'latin1');
  const isChunked = req.headers['transfer-encoding'] !== undefined;
  for await (const bytes of req) {
    yield isChunked ? Buffer.concat([sizeLine(bytes.length), bytes, Buffer.from('\r\n')]) : bytes;
  }
  if (isChunked) yield Buffer.from('0\r\n\r\n');
}

const sizeLine = (size: number) => Buffer.from(`${size.toString(16)}\r\n`);

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2)
    head += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  return `${head}\r\n`;
}
