import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AnswerProblem, AnswerStage } from '../../answer-stage.ts';
import type { EnteredSession, RequestContext } from '../../context.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { onceClosed } from '../../http/once-closed.ts';
import { Deadline } from '../../lib/deadline.ts';
import { allOf, goOn, type NowOrLater } from '../../lib/now-or-later.ts';
import type { ClientInfo } from '../../mcp/message/client-info.ts';
import { sessionIdIn } from '../../mcp/session-id.ts';
import { type HeldSession, heldAs, heldTogether, homeOf } from './held-session.ts';
import { clientIn, holderText } from './holder.ts';
import { type OwnedSessions, sessionKey } from './owned-sessions.ts';
import { SessionTakenError } from './session-taken-error.ts';

/** A request that took less does not renew its sessions at its end: the difference does not matter. */
const SHORT_MS = 1000;

/** Who uses sessions, and where. */
export interface SessionUser {
  readonly owner: string;
  readonly endpoint: string;
}

/**
 * The sessions that one request uses. They are in use for as long as it is open, and their time begins
 * anew when it ends. What the answer says of them is learned before the client gets it.
 */
export class SessionUse implements AnswerStage, EnteredSession {
  readonly #sessions: OwnedSessions;
  readonly #context: RequestContext;
  readonly #res: ServerResponse;
  readonly #user: SessionUser;
  readonly #beganAt = performance.now();
  /** The session that the request names. */
  #own: HeldSession | undefined;
  /** All sessions that are in use. */
  #held: readonly HeldSession[] = [];
  readonly #renewal = new Deadline();
  /** The session of an event stream of the older transport: it ends with the stream. */
  #ofStream: HeldSession | undefined;
  #isStream = false;
  #isOver = false;

  constructor(
    sessions: OwnedSessions,
    context: RequestContext,
    res: ServerResponse,
    user: SessionUser,
  ) {
    this.#sessions = sessions;
    this.#context = context;
    this.#res = res;
    this.#user = user;
  }

  /** Whether the user may enter the session that the request names, and others it names besides. */
  enter(sessionIds: readonly string[]): NowOrLater<boolean> {
    const named = allOf(sessionIds.map((id) => this.#find(this.#keyFor(id))));
    return goOn(named, (found) => this.#enter(found));
  }

  #enter(named: readonly (HeldSession | undefined)[]): boolean {
    const held = heldTogether(named);
    if (held === undefined) return false;
    if (this.#context.sessionId !== undefined) this.#own = held[0];
    this.#use(held);
    this.#context.session = this;
    return true;
  }

  get home(): string | undefined {
    return homeOf(this.#held);
  }

  get client(): ClientInfo | undefined {
    const [first] = this.#held;
    return first && clientIn(first.holder);
  }

  /** The sessions that the request names do not exist any more. */
  async forget(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    await Promise.all(held.map(({ key }) => this.#tell(this.#sessions.forget(key))));
  }

  judge(
    _req: IncomingMessage,
    { status, headers, isEventStream }: UpstreamAnswer,
  ): Promise<AnswerProblem | undefined> | undefined {
    const { sessionId, req } = this.#context;
    const isGood = status < 300;
    this.#isStream = isGood && isEventStream;
    const given = isGood ? sessionIdIn(headers) : undefined;
    const begun = given === sessionId ? undefined : given;
    const own = this.#own;
    const hasEnded = own !== undefined && (status === 404 || (isGood && req.method === 'DELETE'));
    const isAlive = own !== undefined && isGood && !hasEnded;
    const isToUnmark = isAlive && this.#sessions.mayBeMarkedInError(own.key, this.#beganAt);
    if (!hasEnded && !isToUnmark && begun === undefined) return undefined;
    return this.#learn(hasEnded, isToUnmark, own, begun);
  }

  /** Told the session of an event stream of the older transport. */
  async session(sessionId: string): Promise<void> {
    this.#ofStream = await this.#claim(sessionId, true);
  }

  async #learn(
    hasEnded: boolean,
    isToUnmark: boolean,
    own: HeldSession | undefined,
    begun: string | undefined,
  ): Promise<AnswerProblem | undefined> {
    if (own !== undefined && hasEnded) await this.#markEnded(own);
    if (own !== undefined && isToUnmark) await this.#tell(this.#sessions.unmark(own.key));
    try {
      if (begun !== undefined) await this.#claim(begun, this.#mayBegin());
      return undefined;
    } catch (cause) {
      const isTaken = cause instanceof SessionTakenError;
      return { reason: isTaken ? 'upstream_invalid' : 'store_unavailable', cause };
    }
  }

  /**
   * Whether the request may be an `initialize`; where its body was not read, any POST without a session may
   * be.
   */
  #mayBegin(): boolean {
    const { mcp, req, sessionId } = this.#context;
    if (req.method !== 'POST' || sessionId !== undefined) return false;
    return mcp === undefined || mcp.messages.some(({ method }) => method === 'initialize');
  }

  async #claim(sessionId: string, mayMove: boolean): Promise<HeldSession> {
    const key = this.#keyFor(sessionId);
    const { lease, observation } = this.#context;
    const home = lease?.target.id;
    const holder = holderText({ owner: this.#user.owner, home, client: observation?.client });
    const held = { key, holder };
    if (!(await this.#sessions.claim(key, held.holder, mayMove))) throw new SessionTakenError();
    this.#use([held]);
    return held;
  }

  #use(sessions: readonly HeldSession[]): void {
    const isFirst = this.#held.length === 0;
    this.#held = [...this.#held, ...sessions];
    if (!isFirst || this.#isOver) return;
    onceClosed(this.#context.req, this.#res, () => void this.#end());
    this.#renewIn(this.#sessions.ttlMs / 2);
  }

  #renewIn(ms: number): void {
    this.#renewal.start(ms, () => void this.#renewWhileOpen());
  }

  async #renewWhileOpen(): Promise<void> {
    const isRenewed = await this.#renew();
    // After a failure the next try comes sooner: there is time for more tries before the sessions expire.
    if (!this.#isOver) this.#renewIn(this.#sessions.ttlMs / (isRenewed ? 2 : 8));
  }

  async #end(): Promise<void> {
    this.#isOver = true;
    this.#renewal.clear();
    if (this.#isStream || performance.now() - this.#beganAt >= SHORT_MS) await this.#renew();
    if (this.#ofStream !== undefined) await this.#markEnded(this.#ofStream);
  }

  /**
   * Renews the sessions in use; gives false where the store fails. Sessions that are not the user's any more
   * are let go.
   */
  async #renew(): Promise<boolean> {
    const held = this.#held;
    const found = await Promise.all(held.map(({ key }) => this.#tell(this.#findAgain(key))));
    const lost = held.filter((_, i) => found[i] === 'lost');
    this.#held = this.#held.filter((session) => !lost.includes(session));
    return !found.includes(undefined);
  }

  async #markEnded({ key, holder }: HeldSession): Promise<void> {
    await this.#tell(this.#sessions.markEnded(key, holder));
  }

  /** If the store fails, the request goes on without its answer, and the failure is reported. */
  async #tell<Result>(call: Promise<Result>): Promise<Result | undefined> {
    return call.catch((cause) => {
      this.#context.report('store_unavailable', cause);
      return undefined;
    });
  }

  /** The session under a key; undefined where it is not the user's. */
  #find(key: string): NowOrLater<HeldSession | undefined> {
    const { owner } = this.#user;
    return goOn(this.#sessions.holderOf(key), (holder) => heldAs(owner, key, holder));
  }

  async #findAgain(key: string): Promise<HeldSession | 'lost'> {
    return (await this.#find(key)) ?? 'lost';
  }

  #keyFor(sessionId: string): string {
    return sessionKey(this.#user.endpoint, sessionId);
  }
}
