import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../../answer-error.ts';
import { contextOf } from '../../context.ts';
import { HeldPieces } from '../../http/held-pieces.ts';
import type { Middleware } from '../../http/middleware.ts';
import { onceClosed } from '../../http/once-closed.ts';
import { type BodySink, openBody } from '../../http/request-body.ts';
import { noop } from '../../lib/noop.ts';
import { checkMediaType } from '../../mcp/message/media-type.ts';
import type { McpBody } from '../../mcp/message/message.ts';
import { type MessageRules, readMessagesInTurns } from '../../mcp/message/read-messages.ts';
import { MessageProblem } from '../../mcp/message-problem.ts';
import { CountedBody } from '../body-limit/hold.ts';
import type { BodyNeed } from '../body-need.ts';
import type { Slot } from '../slot.ts';

/**
 * Reads the body of a POST and judges whether every reader would find the same messages in it. Those
 * are left for `mcpOf`, and the bytes, which go upstream as they are, in `req.rawBody`.
 */
export function readMessage(rules: MessageRules): Middleware {
  return function readMessageMiddleware(req, res, next) {
    if (req.method !== 'POST') {
      next();
      return;
    }
    const problem = checkMediaType(req.headers);
    if (problem !== undefined) {
      const { reason, code, message } = problem;
      answerError(req, res, reason, { code, message });
      return;
    }
    collect(req, res, (bytes) => {
      const context = contextOf(req);
      const take = (body: McpBody | MessageProblem | undefined): void => {
        if (body === undefined || isOver(res)) return;
        if (body instanceof MessageProblem) {
          refuse(req, res, body);
          return;
        }
        Object.assign(req, { rawBody: bytes });
        context.body.forget();
        context.mcp = body;
        next();
      };
      const transport = context.legacy ? 'http-with-sse' : 'streamable-http';
      const isWanted = () => !isOver(res);
      const body = readMessagesInTurns(bytes, req.headers, rules, isWanted, transport);
      if (!(body instanceof Promise)) take(body);
      else body.then(take).catch((cause) => answerError(req, res, 'internal_error', { cause }));
    });
  };
}

function refuse(
  req: IncomingMessage,
  res: ServerResponse,
  { reason, code, message, id }: MessageProblem,
): void {
  answerError(req, res, reason, { code, message, id });
}

/** Whether the request has been answered, or its client has gone. */
function isOver(res: ServerResponse): boolean {
  return res.headersSent || res.closed;
}

function collect(
  req: IncomingMessage,
  res: ServerResponse,
  onBytes: (bytes: Buffer) => void,
): void {
  const body = openBody(req);
  if (body === undefined) {
    answerError(req, res, 'body_consumed');
    return;
  }
  const context = contextOf(req);
  const notes = context.body;
  const hold = notes.heldBy(() => new CountedBody(context));
  onceClosed(req, res, () => {
    body.stop();
    hold.release();
  });
  const refuseBody = (reason: 'overloaded' | 'payload_too_large') => {
    body.stop();
    hold.release();
    answerError(req, res, reason, { slot: 'bodyLimit' });
  };
  const whole = new WholeBody(Math.min(body.length ?? notes.largest, notes.largest), {
    mayHold: (bytes) => hold.hold(bytes),
    onTooMuch: refuseBody,
    onWhole: (bytes) => {
      if (!isOver(res)) onBytes(bytes);
    },
  });
  const ends = notes.watch();
  body.sendTo(whole, {
    onBodyBytes: (bytes) => ends.push(bytes),
    onBodySent: noop,
    onBodyBlocked: noop,
    onBodyFlowing: noop,
    onBodyLost: () => answerError(req, res, 'body_consumed'),
  });
}

interface WholeBodyListener {
  /** Whether so many bytes may be held. */
  mayHold(bytes: number): boolean;
  onTooMuch(reason: 'overloaded' | 'payload_too_large'): void;
  onWhole(bytes: Buffer): void;
}

/** Takes a whole body. A `Writable` would keep each request through two garbage collections. */
class WholeBody implements BodySink {
  readonly #limit: number;
  readonly #held: HeldPieces;
  readonly #listener: WholeBodyListener;
  #isTooMuch = false;

  constructor(limit: number, listener: WholeBodyListener) {
    this.#limit = limit;
    this.#held = new HeldPieces(limit);
    this.#listener = listener;
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isTooMuch) return true;
    const isTooLarge = this.#held.length + chunk.length > this.#limit;
    if (!isTooLarge && this.#listener.mayHold(this.#held.capacityWith(chunk))) {
      this.#held.push(chunk);
      return true;
    }
    this.#isTooMuch = true;
    this.#held.drop();
    this.#listener.onTooMuch(isTooLarge ? 'payload_too_large' : 'overloaded');
    return true;
  }

  end(chunk?: Uint8Array): void {
    if (chunk !== undefined) this.write(chunk);
    if (!this.#isTooMuch) this.#listener.onWhole(this.#held.take());
  }

  /** It always takes more. */
  on(): void {}
  off(): void {}
}

/** The rules for reading what a need asks for. */
export function rulesFor(need: BodyNeed): MessageRules {
  return { seesArguments: need === 'arguments' };
}

/** The slot. It is in the chain where another slot needs the message. */
export const message: Slot<object, MessageRules, 'message'> = {
  name: 'message',
  options: [],
  read: () => undefined,
  readForNeed: rulesFor,
  build: (rules) => readMessage(rules),
};
