import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { HeldBytes } from '../../http/held-bytes.ts';
import { noop } from '../../lib/noop.ts';
import { ApiFailure } from './api-failure.ts';

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  /** The field `Content-Type` as it came. */
  readonly contentType: string | undefined;
  readonly retryAfter: string | undefined;
  /** The body; undefined where it is too long to be read. */
  readonly bytes: Buffer | undefined;
  /** The number of bytes. Where it is not known, there are more than this. */
  readonly length: number;
  readonly isLengthKnown: boolean;
}

/**
 * How many bytes of an answer are read: enough to tell how long a list is, even where only a part of the list
 * is sent on.
 */
const MOST_READ = 8 * 1024 * 1024;

/** Reads an answer and decodes it, up to `MOST_READ` bytes. */
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

/**
 * Decodes the body of an answer. The API is asked for an answer without an encoding; some APIs encode it all
 * the same.
 *
 * @throws {ApiFailure} for a body that cannot be decoded: as it is, it would be a text of nonsense.
 */
async function* decoded(answer: IncomingMessage): AsyncGenerator<Buffer> {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') {
    yield* answer;
    return;
  }
  const decoder = decoderOf(encoding);
  // A HEAD and a 204 say how a body would be encoded.
  if (decoder === undefined) {
    for await (const _ of answer) throw new ApiFailure('unreadable', new Error(encoding));
    return;
  }
  let isEmpty = true;
  answer.once('data', () => {
    isEmpty = false;
  });
  try {
    yield* pipeline(answer, decoder, noop);
  } catch (error) {
    if (isEmpty && answer.complete) return;
    throw answer.complete ? new ApiFailure('unreadable', error) : error;
  }
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
