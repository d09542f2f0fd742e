import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Observation, Refusal, RequestContext } from '../../context.ts';
import type { ErrorReason } from '../../errors.ts';
import { HeldBytes } from '../../http/held-bytes.ts';
import { isEventStream } from '../../http/media-type.ts';
import { onceClosed } from '../../http/once-closed.ts';
import { EventCounter } from '../../mcp/events/counter.ts';
import { sessionIdIn } from '../../mcp/session-id.ts';
import type { SlotName } from '../../slot-name.ts';
import type { Target } from '../../targets/target.ts';
import type { EndReason, ObservedMessage, Observer, RequestRecord } from './observer.ts';
import { claimedMessages, judgedMessages, peekMessages } from './peek-messages.ts';
import { watchAnswer } from './watch-answer.ts';

/** The largest body that is looked into. */
const PEEK_LIMIT = 64 * 1024;

/** One request as observers see it. */
export class ObservedRequest implements Observation {
  readonly #start = performance.now();
  readonly #context: RequestContext;
  readonly #res: ServerResponse;
  /** Nobody once it is over: a slot that was still waiting may go on then. */
  #observers: readonly Required<Observer>[];
  /** Taken at once: a socket forgets its peer when it closes. */
  readonly #ip: string;
  #slot: SlotName = 'observe';
  #reason: RequestRecord['reason'];
  #policy: string | undefined;
  #detail: string | undefined;
  readonly #shadow: string[] = [];
  #target: string | undefined;
  #end: EndReason | undefined;
  #isSent = false;
  #status: number | undefined;
  #headMs: number | undefined;
  #firstEventMs: number | undefined;
  #mintedSession: string | undefined;
  #bytesIn = 0;
  #bytesOut = 0;
  #events: EventCounter | undefined;
  /** What came of the body, until it has been looked into, or is too much for that. */
  #body: HeldBytes | undefined = new HeldBytes(PEEK_LIMIT);
  #said: readonly ObservedMessage[] = [];

  constructor(
    context: RequestContext,
    res: ServerResponse,
    observers: readonly Required<Observer>[],
    ip: string,
  ) {
    this.#context = context;
    this.#res = res;
    this.#observers = observers;
    this.#ip = ip;
    for (const observer of observers) observer.onRequest(context.view);
    watchAnswer(res, {
      onHead: (fields) => this.#onHead(fields),
      onBytes: (bytes) => this.#onBytes(bytes),
    });
    // Node 22 calls an answer finished that was lost with its connection.
    res.prependOnceListener('finish', () => {
      this.#isSent = !context.req.socket.destroyed;
    });
    onceClosed(context.req, res, () => this.#onClose());
  }

  entered(slot: SlotName): void {
    // Once it is answered, it is of no more interest what a slot makes of it.
    if (!this.#isAnswered) this.#slot = slot;
  }

  passed(slot: SlotName): void {
    if (this.#isAnswered) return;
    for (const observer of this.#observers) {
      observer.onDecision({ slot, outcome: 'allow' }, this.#context.view);
    }
  }

  refused(reason: ErrorReason, { slot = this.#slot, policy, detail }: Refusal = {}): void {
    this.#slot = slot;
    this.#reason = reason;
    this.#policy = policy;
    this.#detail = detail;
    // The relay answers for the upstream; it decides nothing.
    if (slot === 'relay') return;
    for (const observer of this.#observers) {
      observer.onDecision({ slot, outcome: 'deny', reason, policy, detail }, this.#context.view);
    }
  }

  shadowed({ slot = this.#slot, policy = '', detail }: Refusal): void {
    this.#shadow.push(policy);
    for (const observer of this.#observers) {
      observer.onDecision(
        {
          slot,
          outcome: 'deny',
          reason: 'policy_denied',
          policy,
          detail,
          mode: 'shadow',
        },
        this.#context.view,
      );
    }
  }

  ended(reason: EndReason, { detail }: Refusal = {}): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#detail ??= detail;
  }

  sentTo(target: Target): void {
    this.#target = target.name;
  }

  relayed(): void {
    this.#reason = 'relayed';
  }

  received(bytes: Uint8Array): void {
    this.#bytesIn += bytes.length;
    // What was judged need not be looked into.
    if (this.#bytesIn > PEEK_LIMIT || this.#context.mcp !== undefined) this.#body = undefined;
    this.#body?.push(bytes);
  }

  get #isAnswered(): boolean {
    return this.#status !== undefined;
  }

  #onHead(fields: Readonly<Record<string, unknown>>): void {
    const status = this.#res.statusCode;
    const headMs = this.#elapsed();
    this.#status = status;
    this.#headMs = headMs;
    this.#reason ??= 'answered';
    this.#mintedSession = sessionIdIn(fields);
    if (isEventStream(String(fields['content-type']))) this.#events = new EventCounter();
    // A stream may stay open for days.
    if (this.#context.req.complete && this.#context.mcp === undefined) this.#peek();
    for (const observer of this.#observers)
      observer.onResponse({ status, headMs }, this.#context.view);
  }

  #onBytes(bytes: Uint8Array): void {
    this.#bytesOut += bytes.length;
    if (this.#events === undefined) return;
    const before = this.#events.count;
    this.#events.push(bytes);
    if (this.#events.count === before) return;
    const ms = this.#elapsed();
    this.#firstEventMs ??= ms;
    for (let number = before + 1; number <= this.#events.count; number += 1) {
      for (const observer of this.#observers) observer.onEvent({ number, ms }, this.#context.view);
    }
  }

  #onClose(): void {
    const record = this.#record();
    for (const observer of this.#observers) observer.onClose(record, this.#context.view);
    this.#observers = [];
  }

  #record(): RequestRecord {
    const { req, headers } = this.#context;
    return {
      method: req.method as string,
      path: pathOf(req),
      ip: this.#ip,
      messages: this.#messages(),
      protocolVersion: versionOf(headers),
      session: hashOf(this.#context.sessionId ?? this.#mintedSession),
      slot: this.#slot,
      reason: this.#reason,
      policy: this.#policy,
      detail: this.#detail,
      shadow: this.#shadow,
      target: this.#target,
      status: this.#status,
      end: this.#end ?? (this.#isSent ? 'complete' : 'client_left'),
      headMs: this.#headMs,
      firstEventMs: this.#firstEventMs,
      totalMs: this.#elapsed(),
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      events: this.#events?.count ?? 0,
    };
  }

  #messages(): readonly ObservedMessage[] {
    const judged = this.#context.mcp?.messages;
    if (judged !== undefined) return judgedMessages(judged);
    this.#peek();
    return this.#said.length > 0 ? this.#said : claimedMessages(this.#context.headers);
  }

  #peek(): void {
    // Of a request that reached no upstream, no byte was relayed; the relay has read it for its id.
    const bytes = this.#bytesIn > 0 ? this.#body?.take() : this.#context.body.ends?.first();
    if (this.#body !== undefined && bytes !== undefined) this.#said = peekMessages(bytes);
    this.#body = undefined;
  }

  /** To the microsecond, which is more than a log needs. */
  #elapsed(): number {
    return Math.round((performance.now() - this.#start) * 1000) / 1000;
  }
}

/**
 * What the client asked for. The query may hold a session or a token, what stands before the path
 * (RFC 9112 section 3.2.2) a password.
 */
function pathOf(req: IncomingMessage & { originalUrl?: string }): string {
  const target = req.originalUrl ?? req.url ?? '';
  return target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*/, '');
}

/** A version is a date; nobody knows what else a client may send in its place. */
function versionOf(headers: IncomingMessage['headers']): string | undefined {
  const value = headers['mcp-protocol-version']?.toString() ?? '';
  return /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;
}

/** A session id is a credential where nothing else is asked for. */
function hashOf(session: string | undefined): string | undefined {
  if (session === undefined) return undefined;
  return hash('sha256', session, 'hex').slice(0, 16);
}
