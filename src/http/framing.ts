import type { IncomingMessage } from 'node:http';

const empty = new WeakSet<IncomingMessage>();

/** Notes that the chunked body of a request has turned out to be empty. */
export function markEmpty(req: IncomingMessage): void {
  empty.add(req);
}

/**
 * Whether the request announced a body. `Content-Length: 0` announces none, and a body that turned out to be
 * empty does not count.
 */
export function hasBody(req: IncomingMessage): boolean {
  return isChunked(req) || (declaredLength(req) ?? 0) > 0;
}

/** Whether the request announced a body of unknown length that has not turned out to be empty. */
export function isChunked(req: IncomingMessage): boolean {
  return req.headers['transfer-encoding'] !== undefined && !empty.has(req);
}

/** The number in `Content-Length`; undefined without one. The parser has already refused nonsense. */
export function declaredLength(req: IncomingMessage): number | undefined {
  const value = req.headers['content-length'];
  return value === undefined ? undefined : Number(value);
}

/** Whether part of the request body is still to come. */
export function isBodyPending(req: IncomingMessage): boolean {
  return !req.complete && hasBody(req);
}

/**
 * Whether `Transfer-Encoding` is exactly `chunked`, once. With any other coding, or any other way to write
 * this one, two parsers may disagree about where a message ends (RFC 9112 section 6.1).
 */
export function isChunkedExactly(transferEncoding: string): boolean {
  return transferEncoding.toLowerCase() === 'chunked';
}
