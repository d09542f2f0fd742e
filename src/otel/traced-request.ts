import { type Context, context, type Tracer } from '@opentelemetry/api';
import type { GatewayContext } from '../gateway-context.ts';
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

/** Spans of requests that carry no message: there are some where such a request reaches the upstream. */
const NAMES: Readonly<Record<string, string>> = { GET: 'GET stream', DELETE: 'DELETE session' };

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
  /** One for each message with a method; undefined until they are known. */
  #traced: readonly TracedMessage[] | undefined;
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
    const name = NAMES[this.#ctx.req.method as string];
    const traced = this.#begin(sending.messages, name);
    for (const one of traced) one.endClient(UNREACHABLE);
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
    const outcome = begunOutcome(status);
    for (const one of this.#traced ?? []) {
      // It may stay open for days.
      const isStanding = one.message === undefined || one.message.method === LISTEN_METHOD;
      if (isStanding) this.#end(one, outcome, session);
    }
    // Behind the spans, so that a meter that fails leaves none open.
    this.#measured.begun(head, messages);
  }

  onClose(record: RequestRecord, known: () => readonly FollowedMessage[]): void {
    const messages = known();
    const told = messages.filter(hasMethod);
    for (const [i, one] of this.#begin(messages).entries()) {
      const message = told[i] ?? one.message;
      if (!one.isOver) this.#end(one, record, record.session, message);
    }
    this.#measured.closed(record, messages);
  }

  onRelayed(message: FollowedMessage): void {
    this.#settings.durations.learn(message, this.#gateway);
  }

  onOperation(operation: Operation<FollowedMessage>): void {
    const variety = this.#attributes.varietyOf(operation);
    this.#settings.durations.record(operation, this.#gateway, variety);
  }

  /** @param name - Of the span of a request that carries no message. */
  #begin(messages: readonly FollowedMessage[], name?: string): readonly TracedMessage[] {
    this.#traced ??= this.#tracedOf(messages, name);
    return this.#traced;
  }

  #tracedOf(messages: readonly FollowedMessage[], name: string | undefined): TracedMessage[] {
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
    const create = (message: FollowedMessage | undefined) =>
      new TracedMessage(basis, message, name);
    if (messages.length === 0) return name === undefined ? [] : [create(undefined)];
    return messages.filter(hasMethod).map(create);
  }

  #end(
    one: TracedMessage,
    outcome: Outcome,
    session: string | undefined,
    message = one.message,
  ): void {
    one.endClient(outcome, message);
    const ms = performance.now() - this.#start;
    one.end(outcome, this.#startedAt + ms, session, message);
  }
}

/** Answers to questions of the server are no messages of their own. */
function hasMethod({ method }: FollowedMessage): boolean {
  return method !== undefined;
}
