import { type Context, context, type Tracer } from '@opentelemetry/api';
import type { GatewayContext } from '../gateway-context.ts';
import { each } from '../lib/each.ts';
import { LISTEN_METHOD } from '../mcp/message/listen-method.ts';
import {
  begunOutcome,
  MeasuredRequest,
  type Operation,
  type OperationListener,
  UNREACHABLE,
} from '../operations/measured-request.ts';
import type { Outcome } from '../operations/verdict.ts';
import type { AnswerBegun, FollowedMessage, Follower, Sending } from '../slots/observe/follower.ts';
import type { RequestRecord } from '../slots/observe/observer.ts';
import type { Durations } from './durations.ts';
import { nameHttpSpan } from './http-span.ts';
import type { ParentMode } from './parents.ts';
import { RequestAttributes } from './request-attributes.ts';
import { setTraceHeaders } from './trace-headers.ts';
import { type SpanBasis, TracedMessage } from './traced-message.ts';

/** What all requests have in common. */
export interface TraceSettings {
  readonly tracer: Tracer;
  readonly durations: Durations;
  readonly mode: ParentMode;
}

/**
 * The names of spans of requests that carry no message. Such a request has spans where it reaches the
 * upstream.
 */
const NAMES: Readonly<Record<string, string>> = { GET: 'GET stream', DELETE: 'DELETE session' };

/** The name of a span that begins before its message is known. */
const UNREAD = 'POST message';

/** Makes the spans of one request, and measures its messages. */
export class TracedRequest implements Follower, OperationListener<FollowedMessage> {
  /** The parent of a message is in its `_meta`. */
  readonly needsMessages = true;
  readonly #settings: TraceSettings;
  readonly #ctx: GatewayContext;
  readonly #gateway: string;
  /** The context in which it came. */
  readonly #ambient: Context = context.active();
  readonly #startedAt = Date.now();
  readonly #start = performance.now();
  readonly #attributes: RequestAttributes;
  /** One for each message with a method; undefined until the first span begins. */
  #traced: TracedMessage[] | undefined;
  #isUnread = false;
  readonly #measured = new MeasuredRequest(this);

  constructor(settings: TraceSettings, ctx: GatewayContext, gateway: string) {
    this.#settings = settings;
    this.#ctx = ctx;
    this.#gateway = gateway;
    this.#attributes = new RequestAttributes(ctx, gateway);
    nameHttpSpan(this.#ambient, ctx.req);
  }

  onSending(sending: Sending, send: () => void): void {
    this.#measured.sending(sending.target);
    const name = NAMES[this.#method] ?? (sending.isRead ? undefined : UNREAD);
    const traced = this.#begin(sending.messages, name);
    each(traced, (one) => one.endClient(UNREACHABLE, undefined));
    this.#attributes.target = sending.target;
    const contexts = traced.map((one) => one.sent());
    // One request carries them all: of a batch, the span of the first is the active one.
    const [first] = contexts;
    if (first === undefined) {
      send();
      return;
    }
    setTraceHeaders(sending, first);
    context.with(first, send);
  }

  onHead(head: AnswerBegun, messages: () => readonly FollowedMessage[]): void {
    const { status, isEventStream, session } = head;
    if (!isEventStream) return;
    if (this.#isUnread) this.#reveal(messages());
    const outcome = begunOutcome(status);
    // Such streams may stay open for days, so their spans end here.
    const standing = (this.#traced ?? []).filter(
      ({ message }) => this.#method !== 'POST' || message?.method === LISTEN_METHOD,
    );
    // Spans are ended first, so that a meter that fails leaves none open. The meter is called even where
    // ending a span fails.
    try {
      each(standing, (one) => this.#end(one, outcome, session));
    } finally {
      this.#measured.begun(head, messages);
    }
  }

  onClose(record: RequestRecord, known: () => readonly FollowedMessage[]): void {
    const messages = known();
    try {
      this.#endAll(record, messages);
    } finally {
      this.#measured.closed(record, messages);
    }
  }

  onRelayed(message: FollowedMessage): void {
    this.#settings.durations.learn(message, this.#gateway);
  }

  onOperation(operation: Operation<FollowedMessage>): void {
    const variety = this.#attributes.varietyOf(operation);
    this.#settings.durations.record(operation, this.#gateway, variety);
  }

  #endAll(record: RequestRecord, messages: readonly FollowedMessage[]): void {
    try {
      this.#begin(messages);
      this.#reveal(messages);
    } finally {
      const told = this.#told(messages);
      each([...(this.#traced ?? []).entries()], ([i, one]) => {
        if (!one.isOver) this.#end(one, record, record.session, told[i] ?? one.message);
      });
    }
  }

  /**
   * The messages that have spans. An answer to a question of the server is no message of its own. A GET or a
   * DELETE carries no message, even where its headers name one.
   */
  #told(messages: readonly FollowedMessage[]): FollowedMessage[] {
    return this.#method === 'POST' ? messages.filter(({ method }) => method !== undefined) : [];
  }

  get #method(): string {
    return this.#ctx.req.method as string;
  }

  /** @param name - The name of the span of a request that carries no message, or none that is known. */
  #begin(messages: readonly FollowedMessage[], name?: string): readonly TracedMessage[] {
    if (this.#traced !== undefined) return this.#traced;
    this.#traced = [];
    if (messages.length > 0 && this.#method === 'POST') this.#add(this.#told(messages));
    else if (name !== undefined) {
      this.#isUnread = name === UNREAD;
      this.#add([undefined], name);
    }
    return this.#traced;
  }

  /** The messages in a body that was sent unread have become known. */
  #reveal(messages: readonly FollowedMessage[]): void {
    const [first, ...others] = this.#told(messages);
    if (!this.#isUnread || first === undefined) return;
    this.#isUnread = false;
    this.#traced?.[0]?.reveal(first);
    this.#add(others);
  }

  #add(messages: readonly (FollowedMessage | undefined)[], name?: string): void {
    const { tracer, mode } = this.#settings;
    const { headers } = this.#ctx;
    const basis: SpanBasis = {
      tracer,
      mode,
      headers,
      request: this.#attributes,
      ambient: this.#ambient,
      startedAt: this.#startedAt,
    };
    for (const message of messages) {
      const one = new TracedMessage(basis, message, name);
      // It is added before anything else can fail, so that its spans are ended.
      this.#traced?.push(one);
      one.describe();
    }
  }

  #end(
    one: TracedMessage,
    outcome: Outcome,
    session: string | undefined,
    message = one.message,
  ): void {
    const ms = performance.now() - this.#start;
    try {
      one.endClient(outcome, session, message);
    } finally {
      one.end(outcome, this.#startedAt + ms, session, message);
    }
  }
}
