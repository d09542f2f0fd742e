import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AnswerOnStream, contextOf, type RequestContext } from '../context.ts';
import { onceClosed } from '../http/once-closed.ts';
import type { EventSink } from '../mcp/events/event-sink.ts';
import { keyOf } from '../principal.ts';
import { valuesKey } from '../targets/values-key.ts';

/**
 * The event streams of the older transport that are relayed here, by their session. A client of this
 * transport reads only the status of the answer to a POST, and some clients wait for ever for what does not
 * come on the stream.
 */
export class SessionStreams {
  /** Where a server gives several streams one session, it is not known which of them a request is for. */
  readonly #open = new Map<string, RequestContext[]>();

  /** The client knows its endpoint from here on, until the answer closes. */
  open(session: string | undefined, req: IncomingMessage, res: ServerResponse): void {
    if (session === undefined) return;
    const stream = contextOf(req);
    const key = keyFor(session, stream);
    this.#open.set(key, [...(this.#open.get(key) ?? []), stream]);
    onceClosed(req, res, () => this.#close(key, stream));
  }

  /**
   * Answers a request with an error on the stream of its session. False where that stream is not relayed
   * here, takes nothing more, or belongs to another caller. Without an error it says whether there is such a
   * stream.
   */
  readonly answer: AnswerOnStream = (context, error) => {
    return this.#answer(context, error, (stream, event) => stream.send(event));
  };

  /** Whether `answer` would answer. Nothing is put into the stream. */
  readonly wouldAnswer: AnswerOnStream = (context, error) => {
    return this.#answer(context, error, (stream, event) => stream.takes(event));
  };

  #answer(
    context: RequestContext,
    error: string | undefined,
    put: (stream: EventSink, event: Buffer) => boolean,
  ): boolean {
    const [stream, another] = this.#open.get(keyFor(context.sessionId ?? '', context)) ?? [];
    if (stream === undefined || another !== undefined || !isSameCaller(stream, context))
      return false;
    if (error === undefined) return stream.exchange !== undefined;
    // The id is in the error as the client wrote it: a line end would break the event.
    if (/[\r\n]/.test(error)) return false;
    const events = stream.exchange?.events;
    return events !== undefined && put(events, Buffer.from(`event: message\ndata: ${error}\n\n`));
  }

  #close(key: string, stream: RequestContext): void {
    const others = this.#open.get(key)?.filter((other) => other !== stream) ?? [];
    if (others.length === 0) this.#open.delete(key);
    else this.#open.set(key, others);
  }
}

function keyFor(session: string, context: RequestContext): string {
  return `${valuesKey(context.params)} ${session}`;
}

/**
 * Whether a request comes from the principal that opened the stream. Where the gateway does not authenticate,
 * the upstream judges the credentials, and those of both have to be the same. They have to be the same as
 * well where the request is refused before it is authenticated; then the stream must have been opened with a
 * bearer token.
 */
function isSameCaller(stream: RequestContext, request: RequestContext): boolean {
  if (request.principal !== undefined) return principalKey(stream) === principalKey(request);
  const isByToken = stream.identity === undefined || stream.identity.isByBearer;
  return isByToken && hasSameCredentials(stream, request);
}

function principalKey({ principal, principalSource }: RequestContext): string | undefined {
  return principal && keyOf(principal, principalSource);
}

function hasSameCredentials(one: RequestContext, other: RequestContext): boolean {
  const [a, b] = [one, other].map(({ headers }) =>
    hash('sha256', headers.authorization ?? '', 'buffer'),
  );
  return timingSafeEqual(a as Buffer, b as Buffer);
}
