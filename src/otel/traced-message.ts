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
import { statusOf } from './span-status.ts';

/** What the spans of one request have in common. */
export interface SpanBasis extends Omit<Surroundings, 'meta'> {
  readonly tracer: Tracer;
  readonly mode: ParentMode;
  /** When the request came, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Asked where a span is recorded, and not otherwise. */
export type AttributesOf = (message: FollowedMessage | undefined) => Attributes;

/** The two spans of a message: of the gateway as a server, and of the gateway as a client. */
export class TracedMessage {
  readonly message: FollowedMessage | undefined;
  readonly #tracer: Tracer;
  readonly #name: string;
  readonly #attributes: Attributes;
  readonly #context: Context;
  readonly #server: Span;
  #client: Span | undefined;
  #sentAt = 0;
  isOver = false;

  /**
   * @param message - Undefined for a request that carries none.
   * @param name - Of its spans; default: what the message is about.
   */
  constructor(
    basis: SpanBasis,
    message: FollowedMessage | undefined,
    attributesOf: AttributesOf,
    name: string = message === undefined ? '' : spanName(message),
  ) {
    const { tracer, mode, startedAt } = basis;
    this.message = message;
    this.#tracer = tracer;
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
    if (this.#server.isRecording()) this.#server.setAttributes(attributesOf(message));
  }

  /** It goes upstream. Gives the context of the span that begins. */
  sent(attributesOf: AttributesOf): Context {
    this.#sentAt = performance.now();
    const client = this.#tracer.startSpan(
      this.#name,
      { kind: SpanKind.CLIENT, attributes: this.#attributes },
      this.#context,
    );
    this.#client = client;
    if (client.isRecording()) client.setAttributes(attributesOf(this.message));
    return trace.setSpan(this.#context, client);
  }

  /** The answer, or what stands for it, is there. Gives what came of it where it was sent upstream. */
  endClient(
    outcome: Outcome,
    message: FollowedMessage | undefined = this.message,
  ): Sent | undefined {
    const client = this.#client;
    if (client === undefined) return undefined;
    this.#client = undefined;
    const verdict = clientVerdict(outcome, message);
    if (client.isRecording()) {
      client.setAttributes(verdictAttributes(verdict)).setStatus(statusOf(verdict));
    }
    client.end();
    return { verdict, seconds: (performance.now() - this.#sentAt) / 1000 };
  }

  /** The message is over. `more` is asked where the span is recorded. */
  end(
    outcome: Outcome,
    endedAt: number,
    more: () => Attributes,
    message: FollowedMessage | undefined = this.message,
  ): Verdict {
    this.isOver = true;
    const verdict = serverVerdict(outcome, message);
    const span = this.#server;
    if (span.isRecording()) {
      span.setAttributes({ ...verdictAttributes(verdict), ...more() }).setStatus(statusOf(verdict));
    }
    span.end(endedAt);
    return verdict;
  }
}

/** What came of a message that was sent upstream. */
export interface Sent {
  readonly verdict: Verdict;
  readonly seconds: number;
}

function verdictAttributes({ error, code }: Verdict): Attributes {
  return {
    ...(error !== undefined && { [ATTRIBUTE.error]: error }),
    ...(code !== undefined && { [ATTRIBUTE.responseCode]: String(code) }),
  };
}
