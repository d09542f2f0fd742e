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
import { furtherAttributes, mainAttributes, spanName } from './message-attributes.ts';
import { type ParentMode, placementOf, type Surroundings, spanIn } from './parents.ts';
import type { RequestAttributes } from './request-attributes.ts';
import { statusOf } from './span-status.ts';

/** What the spans of one request have in common. */
export interface SpanBasis extends Omit<Surroundings, 'meta'> {
  readonly tracer: Tracer;
  readonly mode: ParentMode;
  /** Its attributes are read only where a span is recorded. */
  readonly request: RequestAttributes;
  /** When the request came, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/** The two spans of a message: of the gateway as a server, and of the gateway as a client. */
export class TracedMessage {
  message: FollowedMessage | undefined;
  readonly #basis: SpanBasis;
  #name: string;
  #attributes: Attributes;
  readonly #context: Context;
  readonly #server: Span;
  #client: Span | undefined;
  isOver = false;

  /**
   * @param message - Undefined for a request that carries none.
   * @param name - The name of its spans; default: what the message is about.
   */
  constructor(
    basis: SpanBasis,
    message: FollowedMessage | undefined,
    name: string = message === undefined ? '' : spanName(message),
  ) {
    const { tracer, mode, startedAt } = basis;
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
  }

  /** Sets those attributes of the server's span that a sampler need not know. */
  describe(): void {
    const { request } = this.#basis;
    if (this.#server.isRecording()) this.#server.setAttributes(request.ofServer(this.message));
  }

  /** Its message has become known after its spans began. */
  reveal(message: FollowedMessage): void {
    this.message = message;
    this.#name = spanName(message);
    this.#attributes = mainAttributes(message);
    const attributes = { ...this.#attributes, ...furtherAttributes(message, {}) };
    for (const span of [this.#server, this.#client]) {
      if (span?.isRecording()) span.updateName(this.#name).setAttributes(attributes);
    }
    const remote = message.meta && spanIn(message.meta);
    if (remote !== undefined) this.#server.addLink({ context: remote });
  }

  /** Begins the client span: the message goes upstream. Gives the context of that span. */
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

  /** Ends the client span: the answer, or what stands for it, is there. `session`: as records have it. */
  endClient(
    outcome: Outcome,
    session: string | undefined,
    message: FollowedMessage | undefined = this.message,
  ): void {
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return;
    const more = () => this.#basis.request.atEnd(message, session);
    endSpan(client, clientVerdict(outcome, message), more);
  }

  /** Ends the server span: the message is over. `session`: as records have it. */
  end(
    outcome: Outcome,
    endedAt: number,
    session: string | undefined,
    message: FollowedMessage | undefined = this.message,
  ): void {
    this.isOver = true;
    const more = () => this.#basis.request.atEnd(message, session);
    endSpan(this.#server, serverVerdict(outcome, message), more, endedAt);
  }
}

/** Ends a span, even where setting its attributes fails. `more` is called where the span is recorded. */
function endSpan(span: Span, verdict: Verdict, more: () => Attributes, endedAt?: number): void {
  try {
    if (span.isRecording()) {
      span
        .setAttributes(verdictAttributes(verdict))
        .setAttributes(more())
        .setStatus(statusOf(verdict));
    }
  } finally {
    span.end(endedAt);
  }
}

function verdictAttributes({ error, code }: Verdict): Attributes {
  const attributes: Attributes = {};
  if (error !== undefined) attributes[ATTRIBUTE.error] = error;
  if (code !== undefined) attributes[ATTRIBUTE.responseCode] = String(code);
  return attributes;
}
