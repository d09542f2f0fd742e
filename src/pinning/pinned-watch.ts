import type { RequestContext } from '../context.ts';
import { FunctionFailure } from '../lib/function-failure.ts';
import type { ListedTools, ListWatch } from '../slots/lists/list-watch.ts';
import { userKey } from '../slots/user-key.ts';
import { defineTools } from './define-tools.ts';
import type { KnownRequests } from './known-requests.ts';
import { inFileTime } from './lock-file.ts';
import { type PinnedList, type PinnedLists, TooManyListsError } from './pinned-lists.ts';
import type { Reports, ToolChange } from './reports.ts';
import { changeOf } from './tool-change.ts';
import type { DefinedTool } from './tool-list.ts';

/** What the watches of one gateway share. */
export interface WatchSettings {
  readonly lists: PinnedLists;
  readonly requests: KnownRequests;
  readonly reports: Reports;
  /** The name of the policy. */
  readonly policy: string;
  /** Whether a change to this state is told. It may be refused as well. */
  tells(state: 'new' | 'changed' | 'gone'): boolean;
}

/** Takes note of the tools that come in the answer to one request. */
export class PinnedWatch implements ListWatch {
  readonly #settings: WatchSettings;
  readonly #context: RequestContext;
  readonly #own: ReturnType<KnownRequests['note']>;
  /** The caller that asks: lists of one caller belong together. */
  readonly #caller: string;
  #sessionId: string | undefined;

  constructor(settings: WatchSettings, context: RequestContext) {
    this.#settings = settings;
    this.#context = context;
    this.#own = settings.requests.note(context);
    this.#caller = callerOf(context);
    this.#sessionId = context.sessionId;
  }

  session(sessionId: string): void {
    this.#sessionId = sessionId;
  }

  async listed(listed: ListedTools): Promise<void> {
    try {
      const tools = await defineTools(listed.tools);
      const pinned = this.#list();
      if (pinned !== undefined) await this.#add(pinned, tools, listed);
    } catch (error) {
      this.unread(error);
      this.#context.report('internal_error', error);
    }
  }

  unread(_cause: unknown): void {
    this.#settings.requests.unread();
    const pinned = this.#list();
    pinned?.list.forgetSeen();
    // Where the store fails, calls are refused until it works again, and the store is then told of this.
    pinned?.shared?.write().catch((error) => this.#context.report('store_unavailable', error));
  }

  /**
   * The list that the request is about. Where it is not known which one that is, what was seen of all lists
   * is forgotten.
   */
  #list(): PinnedList | undefined {
    const { lists } = this.#settings;
    try {
      return lists.of(this.#context);
    } catch (error) {
      this.#context.report('policy_denied', new FunctionFailure('toolPinning.by', error));
      // Calls of a list beyond those that are kept are refused: such a list changes nothing in the others.
      if (error instanceof TooManyListsError) return undefined;
      for (const { list } of lists.all) list.forgetSeen();
      return undefined;
    }
  }

  async #add(
    pinned: PinnedList,
    tools: readonly DefinedTool[],
    { id, nextCursor }: ListedTools,
  ): Promise<void> {
    const { list, shared } = pinned;
    const isShared = await this.#tried('store_unavailable', () => shared?.read());
    await this.#tried(
      'store_unavailable',
      () => list.lockFile && inFileTime(list.lockFile.refresh()),
    );
    const place = { caller: this.#caller, request: this.#requestOf(id), nextCursor };
    const names = list.add(tools, place, isShared);
    if (list.lockFile !== undefined && list.lockFile.pins === undefined && list.isSettled) {
      const { lockFile, ownPins } = list;
      await this.#tried('store_unavailable', () => inFileTime(lockFile.create(ownPins)));
    }
    if (isShared) await this.#tried('store_unavailable', () => shared?.write());
    this.#tell(pinned, names);
  }

  async #tried(
    reason: 'store_unavailable',
    work: () => Promise<void> | undefined,
  ): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.#context.report(reason, error);
      return false;
    }
  }

  #requestOf(id: string | undefined) {
    if (id === undefined) return undefined;
    return this.#settings.requests.answered(id, this.#own, this.#sessionId);
  }

  #tell({ list, shared }: PinnedList, names: readonly string[]): void {
    const caller = shared === undefined ? this.#caller : undefined;
    const { reports, policy, tells } = this.#settings;
    const changes: ToolChange[] = [];
    for (const name of names) {
      const state = list.stateOf(name, caller);
      if (state === undefined || state === 'pinned' || !tells(state)) continue;
      changes.push(changeOf(list, name, state));
    }
    reports.tell(this.#context, policy, changes);
  }
}

/** The key of a caller. A session has one caller; without a session, it is the user or the address. */
export function callerOf(context: RequestContext): string {
  const { sessionId } = context;
  return sessionId === undefined ? userKey(context) : `session ${sessionId}`;
}
