import type { ServerResponse } from 'node:http';
import type { RequestContext } from '../../context.ts';
import type { ErrorReason } from '../../errors.ts';
import { isEventStream } from '../../http/media-type.ts';
import { onceClosed } from '../../http/once-closed.ts';
import { EventCounter } from '../../mcp/events/counter.ts';
import type { ClientInfo } from '../../mcp/message/client-info.ts';
import type { Observation, Refusal, ToolCall } from '../../observation.ts';
import type { SlotName } from '../../slot-name.ts';
import type { Target } from '../../targets/target.ts';
import { mayStayOpen } from '../standing-stream.ts';
import { FollowedRequest } from './followed-request.ts';
import { type Callbacks, NO_CALLBACKS } from './isolate.ts';
import type { ObserveSettings } from './observe-settings.ts';
import { ObservedMessages } from './observed-messages.ts';
import type { EndReason, RequestRecord, SlotDecision } from './observer.ts';
import { originOf } from './origin.ts';
import { pathDoubt } from './path-doubt.ts';
import { requestIdOf } from './request-id.ts';
import { Times } from './times.ts';
import { cap, hashOf, pathOf, userOf, versionOf } from './told-parts.ts';
import { type AnswerWatcher, type WrittenHead, watchAnswer } from './watch-answer.ts';

/** One request as observers see it. */
export class ObservedRequest implements Observation, AnswerWatcher {
  readonly #times = new Times();
  readonly #context: RequestContext;
  readonly #res: ServerResponse;
  /** Empty once the request is over: a slot that was still waiting may go on then. */
  #callbacks: Callbacks;
  /** Read at the beginning: a socket forgets its peer when it closes. */
  readonly #ip: string;
  readonly #gateway: string;
  #slot: SlotName = 'observe';
  #reason: RequestRecord['reason'];
  #policy: string | undefined;
  #detail: string | undefined;
  readonly #shadow: string[] = [];
  #target: string | undefined;
  #end: EndReason | undefined;
  #isSent = false;
  #status: number | undefined;
  #contentType = '';
  #mintedSession: string | undefined;
  #sessionHash: string | undefined;
  #bytesIn = 0;
  #bytesOut = 0;
  #events: EventCounter | undefined;
  readonly #messages: ObservedMessages;
  readonly followed: FollowedRequest | undefined;

  constructor(
    context: RequestContext,
    res: ServerResponse,
    ip: string,
    { gateway, keepsCalls, callbacks, follow }: ObserveSettings,
  ) {
    this.#context = context;
    this.#res = res;
    this.#callbacks = callbacks;
    this.#ip = ip;
    this.#gateway = gateway;
    this.#messages = new ObservedMessages(context, keepsCalls);
    if (follow.length > 0) {
      this.followed = new FollowedRequest(context, this.#messages, follow, gateway);
    }
    for (const onRequest of callbacks.onRequest) onRequest(context.view);
    watchAnswer(res, this);
    onceClosed(context.req, res, this.#onClose);
  }

  get client(): ClientInfo | undefined {
    return this.#messages.client;
  }

  get toolCalls(): readonly ToolCall[] {
    return this.#messages.toolCalls;
  }

  get hearsDecisions(): boolean {
    return this.#callbacks.onDecision.length > 0;
  }

  entered(slot: SlotName): void {
    // After the answer, it does not matter any more which slot the request comes to.
    if (this.#status === undefined) this.#slot = slot;
  }

  passed(slot: SlotName): void {
    if (this.#status !== undefined) return;
    this.#decided({ slot, outcome: 'allow' });
  }

  refused(reason: ErrorReason, { slot = this.#slot, policy, detail: given }: Refusal = {}): void {
    const detail = given && cap(given);
    this.#slot = slot;
    this.#reason = reason;
    this.#policy = policy;
    this.#detail = detail;
    // The relay answers for the upstream; it decides nothing.
    if (slot === 'relay') return;
    this.#decided({ slot, outcome: 'deny', reason, policy, detail });
  }

  shadowed({ slot = this.#slot, policy = '', detail }: Refusal): void {
    this.#shadow.push(policy);
    const [outcome, reason, mode] = ['deny', 'policy_denied', 'shadow'] as const;
    this.#decided({ slot, outcome, reason, policy, detail: detail && cap(detail), mode });
  }

  reported({ slot = this.#slot, policy, detail: given }: Refusal): void {
    const detail = given && cap(given);
    this.#decided({ slot, outcome: 'allow', policy, detail, mode: 'report' });
  }

  #decided(decision: SlotDecision): void {
    for (const onDecision of this.#callbacks.onDecision) onDecision(decision, this.#context.view);
    if (decision.outcome === 'deny') this.followed?.onDenied(decision);
  }

  ended(reason: EndReason, { detail }: Refusal = {}): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#detail ??= detail && cap(detail);
  }

  sentTo(target: Target): void {
    this.#target = target.name;
    this.#times.sent();
  }

  answered(): void {
    this.#times.answered();
  }

  relayed(): void {
    this.#reason = 'relayed';
  }

  received(bytes: Uint8Array): void {
    this.#bytesIn += bytes.length;
    this.#messages.received(bytes);
  }

  get #session(): string | undefined {
    const { sessionId = this.#mintedSession } = this.#context;
    if (sessionId !== undefined) this.#sessionHash ??= hashOf(sessionId);
    return this.#sessionHash;
  }

  /** Whether an observer is told how the request ends. */
  get #isRecorded(): boolean {
    return this.#callbacks.onClose.length > 0 || this.followed !== undefined;
  }

  onHead({ contentType, sessionId, isEncoded }: WrittenHead): void {
    const status = this.#res.statusCode;
    const headMs = this.#times.headWritten();
    this.#status = status;
    this.#reason ??= 'answered';
    this.#mintedSession = sessionId;
    this.#contentType = contentType;
    if (isEventStream(contentType)) this.#events = new EventCounter();
    if (this.#isRecorded) this.#messages.onHead(contentType, isEncoded);
    for (const onResponse of this.#callbacks.onResponse)
      onResponse({ status, headMs }, this.#context.view);
    const isStream = this.#events !== undefined;
    this.followed?.onHead({ status, headMs, isEventStream: isStream, session: this.#session });
  }

  onBytes(bytes: Uint8Array): void {
    this.#bytesOut += bytes.length;
    this.#messages.onBytes(bytes);
    if (this.#events === undefined) return;
    const before = this.#events.count;
    this.#events.push(bytes);
    if (this.#events.count === before) return;
    const ms = this.#times.elapsed();
    if (before === 0) {
      this.#times.firstEventMs = ms;
      this.followed?.onFirstEvent(ms);
    }
    for (let number = before + 1; number <= this.#events.count; number += 1) {
      for (const onEvent of this.#callbacks.onEvent) onEvent({ number, ms }, this.#context.view);
    }
  }

  onFinish(): void {
    // Node 22 also emits `finish` for an answer that was lost with its connection.
    this.#isSent = !this.#context.req.socket.destroyed;
  }

  readonly #onClose = (): void => {
    if (this.#isRecorded) {
      const record = this.#record();
      for (const onClose of this.#callbacks.onClose) onClose(record, this.#context.view);
      this.followed?.onClose(record);
    }
    this.#callbacks = NO_CALLBACKS;
  };

  #record(): RequestRecord {
    const { req, headers, principal, session } = this.#context;
    const { totalMs, upstreamMs, gatewayMs } = this.#times.end();
    const [status, reason, messages] = [this.#status, this.#reason, this.#messages.end()];
    const end = this.#end ?? (this.#isSent ? 'complete' : 'client_left');
    const hasLeft = end === 'client_left';
    const method = req.method as string;
    const hasError = messages.some(({ outcome = 'result' }) => outcome !== 'result');
    const doubt = reason === 'relayed' ? pathDoubt(messages, status, this.#contentType) : undefined;
    return {
      gateway: this.#gateway,
      config: this.#context.running?.config ?? '',
      requestId: requestIdOf(headers),
      method,
      path: pathOf(req),
      ip: this.#ip,
      user: userOf(principal),
      client: this.client ?? session?.client,
      messages,
      protocolVersion: versionOf(headers),
      session: this.#session,
      slot: this.#slot,
      reason,
      policy: this.#policy,
      detail: this.#detail ?? doubt,
      shadow: this.#shadow,
      target: this.#target,
      status,
      end,
      origin: originOf({
        method,
        reason,
        end,
        status,
        hasError,
        mayStayOpen: hasLeft && mayStayOpen(this.#context),
      }),
      headMs: this.#times.headMs,
      firstEventMs: this.#times.firstEventMs,
      totalMs,
      upstreamMs,
      gatewayMs,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      events: this.#events?.count ?? 0,
    };
  }
}
