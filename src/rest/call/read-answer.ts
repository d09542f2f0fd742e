import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { HeldBytes } from '../../http/held-bytes.ts';
import { noop } from '../../lib/noop.ts';

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  /** As it came. */
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
  /** Undefined where it is too long to be read. */
  readonly bytes: Buffer | undefined;
  /** How many bytes there are; more than so many where nobody knows. */
  readonly length: number;
  readonly isLengthKnown: boolean;
}

/** How much of an answer is read: enough to say of a list how long it is, where a part of it is all that is sent on. */
const MOST_READ = 8 * 1024 * 1024;

/** Reads an answer, decoded, of so many bytes at most. */
export async function readAnswer(answer: IncomingMessage, method: string): Promise<ApiAnswer> {
  const { statusCode: status = 0, headers } = answer;
  const head = { status, contentType: headers['content-type'], retryAfter: headers['retry-after'] };
  const announced = method === 'HEAD' ? 0 : Number(headers['content-length'] ?? 0);
  if (announced > MOST_READ) {
    answer.destroy();
    return { ...head, bytes: undefined, length: announced, isLengthKnown: true };
  }
  const held = new HeldBytes(MOST_READ);
  for await (const chunk of decoded(answer)) {
    if (held.length + chunk.length > MOST_READ) {
      // Leaving the loop ends the connection.
      return { ...head, bytes: undefined, length: MOST_READ, isLengthKnown: false };
    }
    held.push(chunk);
  }
  const bytes = held.take();
  return { ...head, bytes, length: bytes.length, isLengthKnown: true };
}

/** It was asked for an answer that is not encoded; some encode it all the same. */
function decoded(answer: IncomingMessage): Readable {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase();
  const decoder = decoderOf(encoding);
  return decoder === undefined ? answer : pipeline(answer, decoder, noop);
}

function decoderOf(encoding: string | undefined) {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
