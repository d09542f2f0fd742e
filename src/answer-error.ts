import type { IncomingMessage, ServerResponse } from 'node:http';
import { contextOf, type RequestContext } from './context.ts';
import { ERRORS, type ErrorReason, errorText } from './errors.ts';
import { cut } from './http/cut.ts';
import { endWhenRead } from './http/end-when-read.ts';
import { forbidSniffing } from './http/forbid-sniffing.ts';
import { isBodyPending } from './http/framing.ts';
import { makeLastRequest } from './http/last-request.ts';
import { causeOf } from './lib/function-failure.ts';
import { notAwaited } from './lib/not-awaited.ts';
import { toldFailure } from './lib/told-error.ts';
import type { Refusal } from './observation.ts';
import { awaitId, idOfUnjudged, mayIdCome } from './unjudged-body.ts';

/** What an answer from the error table may carry besides its row. */
export interface AnswerDetails extends Refusal {
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the row's message: a sentence that the client, or the model behind it, can act on. */
  readonly message?: string | undefined;
  /** In place of the row's status. */
  readonly status?: number;
  /** In place of the row's code. */
  readonly code?: number;
  /**
   * The source text of the request's id, where only the caller knows it: `null` where it is not known,
   * `undefined` for a notification.
   */
  readonly id?: string | null | undefined;
  /** Whether a request with an id gets the refusal as the answer to its call, with 200. */
  readonly asResult?: boolean;
  /** Whether the body looks like an error of the server: the client is not told the reason. */
  readonly hasNoReason?: boolean;
  /** Reported, never sent. Where a function of the app has failed: a `FunctionFailure`. */
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
  details: AnswerDetails = {},
): void {
  const context = contextOf(req);
  const stream = streamFor(reason, context, details);
  context.exchange?.abandon();
  // Even a promise can be thrown.
  notAwaited(causeOf(details.cause), 0);
  // The client has gone, or has been answered.
  if (res.destroyed || res.writableEnded) return;
  if (!('id' in details) && stream?.(context) && isIdAwaited(req, res)) {
    awaitIdFor(req, res, reason, details);
    return;
  }
  context.report(reason, details.cause);
  if (res.headersSent) {
    context.observation?.ended(reason, toldDetails(reason, details));
    cut(res);
    return;
  }
  context.observation?.refused(reason, toldDetails(reason, details));
  const id = 'id' in details ? details.id : idOf(req, context);
  const text = errorText(reason, id, details);
  const isOnStream = typeof id === 'string' && stream?.(context, text) === true;
  const body = Buffer.from(isOnStream ? '' : text);
  const { status = ERRORS[reason].status } = details;
  if (status === 503) res.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  for (const name in details.headers) res.setHeader(name, details.headers[name] as string);
  if (isBodyPending(req)) makeLastRequest(req, res);
  if (!isOnStream) res.setHeader('Content-Type', 'application/json');
  forbidSniffing(res);
  res.setHeader('Content-Length', body.length);
  const isCall = context.mcp !== undefined && typeof id === 'string';
  const isResult = details.asResult && isCall && context.legacy === undefined;
  res.writeHead(isOnStream ? 202 : isResult ? 200 : status);
  if (!isOnStream) res.write(body);
  sendNow(res);
  endWhenRead(req, res);
}

/**
 * The refusal as observers are told of it. For a failure (5xx) its cause is the detail: without `onError` and
 * the warning, nothing else would say what failed.
 */
function toldDetails(reason: ErrorReason, details: AnswerDetails): Refusal {
  const { detail, cause } = details;
  if (detail !== undefined || cause === undefined || ERRORS[reason].status < 500) return details;
  return { ...details, detail: toldFailure(cause) };
}

/** Errors whose status makes a client log in, or begin a new session. */
const BY_STATUS: ReadonlySet<ErrorReason> = new Set([
  'unauthorized',
  'insufficient_scope',
  'session_not_found',
]);

/**
 * In the older transport, answers to requests come on the event stream (MCP 2024-11-05, "HTTP with SSE"),
 * those of the gateway as well. Once a request has gone upstream, it may be answered there already.
 */
function streamFor(
  reason: ErrorReason,
  { legacy, exchange, body }: RequestContext,
  details: AnswerDetails,
) {
  if (legacy?.leg !== 'message' || exchange !== undefined || BY_STATUS.has(reason))
    return undefined;
  // A second refusal does not wait for the id of the request while the first one waits for it.
  return body.isIdAwaited && !('id' in details) ? undefined : legacy.answer;
}

/** Whether the id for an answer on a stream is still to come. */
function isIdAwaited(req: IncomingMessage, res: ServerResponse): boolean {
  return contextOf(req).mcp === undefined && !res.headersSent && mayIdCome(req);
}

function awaitIdFor(
  req: IncomingMessage,
  res: ServerResponse,
  reason: ErrorReason,
  details: AnswerDetails,
): void {
  contextOf(req).body.isIdAwaited = true;
  awaitId(req, (id) => {
    if (!res.headersSent) answerError(req, res, reason, { ...details, id });
  });
}

/** After how long a client may try again: another instance, a key server or a store may be there by then. */
const RETRY_AFTER_SECONDS = 5;

/**
 * The source text of the id to answer; `null` where no id is known, `undefined` where the message has none.
 * It is looked for in every place where it may be, because rmcp, the Rust SDK, waits for ever after an error
 * whose id is null.
 */
function idOf(req: IncomingMessage, { mcp }: RequestContext): string | null | undefined {
  if (mcp === undefined) return idOfUnjudged(req);
  if (mcp.isBatch) return null;
  const [message] = mcp.messages;
  return message === undefined ? null : message.idText;
}

/**
 * Sends what was written at once. Node holds a write back until its parser has read all bytes that came with
 * the request. Where the parser finds an error in them, Node closes the connection, and the answer would be
 * lost.
 */
function sendNow({ socket }: ServerResponse): void {
  while (socket?.writableCorked) socket.uncork();
}
