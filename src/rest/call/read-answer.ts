import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { HeldBytes } from '../../http/held-bytes.ts';
import { noop } from '../../lib/noop.ts';
import { ApiFailure } from './api-failure.ts';

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

/**
 * It was asked for an answer that is not encoded; some encode it all the same.
 *
 * @throws {ApiFailure} for what cannot be decoded: taken as it is, it would be a text of nonsense.
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
