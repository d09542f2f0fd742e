import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { clientVerdict, type Outcome, serverVerdict, type Verdict } from '../operations/verdict.ts';
import type { FollowedMessage } from '../slots/observe/follower.ts';
import { ATTRIBUTE } from './attributes.ts';
import { mainAttributes, spanName } from './message-attributes.ts';
import { type ParentMode, placementOf, type Surroundings } from './parents.ts';
import type { RequestAttributes } from './request-attributes.ts';
import { statusOf } from './span-status.ts';

/** What the spans of one request have in common. */
export interface SpanBasis extends Omit<Surroundings, 'meta'> {
  readonly tracer: Tracer;
  readonly mode: ParentMode;
  /** Asked where a span is recorded, and not otherwise. */
  readonly request: RequestAttributes;
  /** When the request came, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/** The two spans of a message: of the gateway as a server, and of the gateway as a client. */
export class TracedMessage {
  readonly message: FollowedMessage | undefined;
  readonly #basis: SpanBasis;
  readonly #name: string;
  readonly #attributes: Attributes;
  readonly #context: Context;
  readonly #server: Span;
  #client: Span | undefined;
  isOver = false;

  /**
   * @param message - Undefined for a request that carries none.
   * @param name - Of its spans; default: what the message is about.
   */
  constructor(
    basis: SpanBasis,
    message: FollowedMessage | undefined,
    name: string = message === undefined ? '' : spanName(message),
  ) {
    const { tracer, mode, startedAt, request } = basis;
    this.message = message;
    this.#basis = basis;
    this.#name = name;
    this.#attributes = message === undefined ? {} : mainAttributes(message);
    const { ambient, headers } = basis;
    const placement = placementOf({ ambient, headers, meta: message?.meta }, mode);
    const { links } = placement;
    this.#server = tracer.startSpan(
      name,
      { kind: SpanKind.SERVER, startTime: startedAt, attributes: this.#attributes, links },
      placement.context,
    );
    this.#context = trace.setSpan(placement.context, this.#server);
    if (this.#server.isRecording()) this.#server.setAttributes(request.ofServer(message));
  }

  /** It goes upstream. Gives the context of the span that begins. */
  sent(): Context {
    const { tracer, request } = this.#basis;
    const client = tracer.startSpan(
      this.#name,
      { kind: SpanKind.CLIENT, attributes: this.#attributes },
      this.#context,
    );
    this.#client = client;
    if (client.isRecording()) client.setAttributes(request.ofClient(this.message));
    return trace.setSpan(this.#context, client);
  }

  /** The answer, or what stands for it, is there. */
  endClient(outcome: Outcome, message: FollowedMessage | undefined = this.message): void {
    const client = this.#client;
    this.#client = undefined;
    if (client?.isRecording() === true) {
      const verdict = clientVerdict(outcome, message);
      client.setAttributes(verdictAttributes(verdict)).setStatus(statusOf(verdict));
    }
    client?.end();
  }

  /** The message is over. `session`: as records have it. */
  end(
    outcome: Outcome,
    endedAt: number,
    session: string | undefined,
    message: FollowedMessage | undefined = this.message,
  ): void {
    this.isOver = true;
    const span = this.#server;
    if (span.isRecording()) {
      const verdict = serverVerdict(outcome, message);
      span
        .setAttributes(verdictAttributes(verdict))
        .setAttributes(this.#basis.request.atEnd(message, session))
        .setStatus(statusOf(verdict));
    }
    span.end(endedAt);
  }
}

function verdictAttributes({ error, code }: Verdict): Attributes {
  const attributes: Attributes = {};
  if (error !== undefined) attributes[ATTRIBUTE.error] = error;
  if (code !== undefined) attributes[ATTRIBUTE.responseCode] = String(code);
  return attributes;
}
