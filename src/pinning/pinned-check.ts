import { contextOf, type RequestContext } from '../context.ts';
import type { Decision, PolicyContext } from '../slots/policies/policy.ts';
import type { ToolState } from '../slots/policies/tool-pin.ts';
import { inFileTime } from './lock-file.ts';
import type { PinningSettings } from './options.ts';
import { type PinnedList, readShared } from './pinned-lists.ts';
import { callerOf, type WatchSettings } from './pinned-watch.ts';
import type { ToolChange } from './reports.ts';
import { changeOf, inWords } from './tool-change.ts';

const MESSAGES: Readonly<Record<Exclude<ToolState, 'pinned'>, string>> = {
  new: 'This tool is new and was not approved yet. Do not call it again; use another tool, or ask for its approval.',
  changed:
    'The definition of this tool has changed since it was approved. Do not call it again; use another tool, or ask for its approval.',
  gone: 'The server does not list this tool any more. Do not call it again; use another tool.',
};

interface Judgement {
  readonly decision: Decision;
  /** The change to tell. */
  readonly change?: ToolChange;
}

/** Decides about calls, by how their tools were listed last. */
export class PinnedCheck {
  readonly #settings: PinningSettings;
  readonly #watch: WatchSettings;

  constructor(settings: PinningSettings, watch: WatchSettings) {
    this.#settings = settings;
    this.#watch = watch;
  }

  /** Throws, or rejects, where the decision cannot be found out: then the policy denies. */
  check({ mcp, req }: PolicyContext): Decision | Promise<Decision> {
    if (mcp.method !== 'tools/call') return true;
    const context = contextOf(req);
    const pinned = this.#watch.lists.of(context);
    const decide = () => this.#decide(pinned, mcp.name ?? '', context);
    return pinned.shared === undefined
      ? this.#certain(decide)
      : readShared(pinned).then(() => this.#certain(decide));
  }

  /** The decision by what this process knows: it reads no store and no file, and tells nothing. */
  peek({ mcp, req }: PolicyContext): Decision {
    if (mcp.method !== 'tools/call') return true;
    const context = contextOf(req);
    const pinned = this.#watch.lists.peek(context);
    const { lockFile } = this.#settings;
    const others = [pinned.shared && 'the store', lockFile && 'the lock file'].filter(Boolean);
    if (others.length > 0) context.observation?.unasked?.(`${others.join(' and ')} may know more`);
    return this.#judge(pinned, mcp.name ?? '', context).decision;
  }

  /**
   * The file may be newer than what this process knows of it. It is read again before a call is refused, and
   * as long as there was no file.
   */
  #certain(decide: () => Decision): Decision | Promise<Decision> {
    const { lockFile } = this.#settings;
    const decision = decide();
    const isCertain = lockFile === undefined || (decision === true && lockFile.pins !== undefined);
    return isCertain ? decision : inFileTime(lockFile.refresh()).then(decide);
  }

  #decide(pinned: PinnedList, name: string, context: RequestContext): Decision {
    const { decision, change } = this.#judge(pinned, name, context);
    const { reports, policy } = this.#watch;
    // It is told here as well: the tool may have been seen by another process only, or be in no list at all.
    if (change !== undefined) reports.tell(context, policy, [change]);
    return decision;
  }

  #judge({ list, shared }: PinnedList, name: string, context: RequestContext): Judgement {
    const { actions } = this.#settings;
    // Where lists are shared, another process may have shown another list to the caller.
    const state = list.stateOf(name, shared === undefined ? callerOf(context) : undefined);
    if (state === undefined || state === 'pinned' || actions[state] === 'allow') {
      return { decision: true };
    }
    if (actions[state] === 'deny') {
      const reason = `the tool ${inWords(list, name, state)}`;
      return { decision: { allow: false, reason, message: MESSAGES[state] } };
    }
    return { decision: true, change: changeOf(list, name, state) };
  }
}
