import type { IncomingMessage, ServerResponse } from 'node:http';
import { contextOf } from './context.ts';
import { ERRORS, type ErrorReason, GatewayError } from './errors.ts';
import { cut } from './http/cut.ts';
import { endWhenRead } from './http/end-when-read.ts';
import { isBodyPending } from './http/framing.ts';
import { makeLastRequest } from './http/last-request.ts';

const BODIES = Object.fromEntries(
  Object.entries(ERRORS).map(([reason, { code, message }]) => [
    reason,
    Buffer.from(
      JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message, data: { reason } } }),
    ),
  ]),
) as Record<ErrorReason, Buffer>;

/** What an answer from the error table may carry besides its row. */
export interface AnswerDetails {
  readonly headers?: Readonly<Record<string, string>>;
  /** The slot that refuses, where the request has already passed it. */
  readonly slot?: string;
  /** Reported, never sent. */
  readonly cause?: unknown;
}

/**
 * Answers from the error table and reports it. An answer that has already begun is cut instead. A
 * client that is still sending its body finds the connection closed after the answer, because what
 * follows on it could be taken for the next request.
 */
export function answerError(
  req: IncomingMessage,
  res: ServerResponse,
  reason: ErrorReason,
  { headers, slot, cause }: AnswerDetails = {},
): void {
  const context = contextOf(req);
  context.abandon?.();
  // Nobody is there to be answered, or somebody was first.
  if (res.destroyed || res.writableEnded) return;
  context.report(new GatewayError(reason, cause));
  if (res.headersSent) {
    context.observation?.ended(reason);
    cut(res);
    return;
  }
  context.observation?.refused(reason, slot);
  const body = BODIES[reason];
  for (const name in headers) res.setHeader(name, headers[name] as string);
  if (isBodyPending(req)) makeLastRequest(req, res);
  res.setHeader('Content-Type', 'application/json');
  res.setHeader('Content-Length', body.length);
  res.writeHead(ERRORS[reason].status);
  res.write(body);
  sendNow(res);
  endWhenRead(req, res);
}

/**
 * Node holds a write back until its parser has read all that came with the request. When that is
 * where the parser finds its next error, it closes the connection, and the answer would be lost.
 */
function sendNow({ socket }: ServerResponse): void {
  while (socket?.writableCorked) socket.uncork();
}
