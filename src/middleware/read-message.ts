import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../answer.ts';
import { contextOf } from '../context.ts';
import { HeldBytes } from '../http/held-bytes.ts';
import type { Middleware } from '../http/middleware.ts';
import { onceClosed } from '../http/once-closed.ts';
import { type BodySink, openBody } from '../http/request-body.ts';
import { checkMediaType } from '../mcp/check-media-type.ts';
import type { McpBody } from '../mcp/message.ts';
import { MessageProblem } from '../mcp/message-problem.ts';
import { type MessageRules, readMessagesInTurns } from '../mcp/read-messages.ts';

/**
 * Reads the body of a POST and judges whether every reader would find the same messages in it. Those
 * are left for {@link mcpOf}, and the bytes, which go upstream as they are, in `req.rawBody`.
 */
export function readMessage(rules: MessageRules): Middleware {
  return function readMessageMiddleware(req, res, next) {
    if (req.method !== 'POST') {
      next();
      return;
    }
    const problem = checkMediaType(req.headers);
    if (problem !== undefined) {
      refuse(req, res, problem);
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
        context.mcp = body;
        next();
      };
      const transport = context.legacyMessage ? 'http-with-sse' : 'streamable-http';
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

/** Whether somebody has answered, or nobody waits for it any more. */
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
  onceClosed(req, res, () => body.stop());
  const whole = new WholeBody(body.length, (bytes) => {
    if (!isOver(res)) onBytes(bytes);
  });
  body.sendTo(whole, {
    onBodyBytes: ignore,
    onBodySent: ignore,
    onBodyBlocked: ignore,
    onBodyFlowing: ignore,
    onBodyLost: () => answerError(req, res, 'body_consumed'),
  });
}

/** Takes a whole body. A `Writable` would keep each request through two garbage collections. */
class WholeBody implements BodySink {
  readonly #held: HeldBytes;
  readonly #onWhole: (bytes: Buffer) => void;

  constructor(length: number | undefined, onWhole: (bytes: Buffer) => void) {
    this.#held = new HeldBytes(length ?? Number.POSITIVE_INFINITY);
    this.#onWhole = onWhole;
  }

  write(chunk: Uint8Array): boolean {
    this.#held.push(chunk);
    return true;
  }

  end(chunk?: Uint8Array): void {
    if (chunk !== undefined) this.#held.push(chunk);
    this.#onWhole(this.#held.take());
  }

  /** It always takes more. */
  on(): void {}
  off(): void {}
}

function ignore(): void {}
