import type { IncomingMessage } from 'node:http';
import { type Duplex, Readable } from 'node:stream';

/**
 * A handler that leaves every byte of its answer to `onConnection`, which gets its end of the
 * connection to write to, and to read from the bytes of the request.
 */
export function rawHandler(
  onConnection: (socket: Duplex, request: Readable) => void,
): (req: IncomingMessage, res: unknown) => void {
  return (req, _res) => {
    req.socket.on('error', () => {});
    // A request that breaks off has no end.
    onConnection(
      req.socket,
      Readable.from(bytesOf(req), { objectMode: false }).on('error', () => {}),
    );
  };
}

/** The request as it came: Node has read its head and taken the chunks off its body. */
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
