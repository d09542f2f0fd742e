import { contextOf } from '../context.ts';
import { plain } from '../lib/plain-error.ts';
import { checkConfig } from '../options/config-problems.ts';
import {
  byName,
  type Decision,
  type PolicyCheck,
  type PolicyContext,
  type PolicyRule,
} from '../slots/policies/policy.ts';
import type { ToolPin, ToolState } from '../slots/policies/tool-pin.ts';
import { approveIn, pinsOf } from '../slots/policies/tool-pins.ts';
import { type ToolWatch, WATCH_TOOLS, type WatchingRule } from '../slots/policies/tool-watch.ts';
import { KnownRequests } from './known-requests.ts';
import { type PinningSettings, readPinningOptions, type ToolPinningOptions } from './options.ts';
import { type PinnedList, PinnedLists, readShared } from './pinned-lists.ts';
import { callerOf, PinnedWatch } from './pinned-watch.ts';
import { Reports } from './reports.ts';
import { inWords } from './tool-change.ts';

/** What {@link toolPinning} gives. A copy of it is a policy as well, without these two functions. */
export interface ToolPinning extends PolicyRule {
  /** The same as `gateway.pins()`, of all gateways that it stands in; for use without a gateway. */
  pins(): ToolPin[];
  /** The same as `gateway.approve()`. */
  approve(name: string, hash?: string): Promise<void>;
}

const NAME = 'toolPinning';

const MESSAGES: Readonly<Record<Exclude<ToolState, 'pinned'>, string>> = {
  new: 'This tool is new and was not approved yet. Do not call it again; use another tool, or ask for its approval.',
  changed:
    'The definition of this tool has changed since it was approved. Do not call it again; use another tool, or ask for its approval.',
  gone: 'The server does not list this tool any more. Do not call it again; use another tool.',
};

/**
 * A policy that remembers how the server defined each tool, and refuses or tells when that changes. It looks
 * at the lists of tools in answers, of which it changes nothing. What comes in the first list is approved;
 * with a `lockFile`, what is in that file. Only calls of a tool that is not as approved are refused, and
 * methods other than `tools/call` pass.
 *
 * What it knows is its own: it outlives gateways, and one may stand in several.
 *
 * @returns A policy for `policies` or `policy`.
 * @throws {GatewayConfigError} for a wrong option, and for a lock file that cannot be read or is broken.
 * @see RFC 8785, by which definitions are written before they are hashed
 */
export function toolPinning(options: ToolPinningOptions = {}): ToolPinning {
  const settings = checkConfig((problems) => readPinningOptions(problems, options));
  const all = new Map<string, ToolWatch<PolicyCheck>>();
  const rule: PolicyRule & WatchingRule<PolicyCheck> = {
    name: NAME,
    check: byName(() => {
      throw plain(new Error('toolPinning() stands in policies itself, not in another policy'));
    }),
    [WATCH_TOOLS](upstream, policy) {
      const known = all.get(upstream);
      const made = known ?? watchTools(settings, upstream, policy);
      all.set(upstream, made);
      return made;
    },
  };
  // Not copied with the rule: `{ ...toolPinning(), mode: 'shadow' }` has the options of a rule alone.
  return Object.defineProperties(rule, {
    pins: { value: () => pinsOf([...all.values()]) },
    approve: {
      value: (name: string, hash?: string) => approveIn([...all.values()], name, hash),
    },
  }) as PolicyRule & WatchingRule<PolicyCheck> & ToolPinning;
}

function watchTools(
  settings: PinningSettings,
  upstream: string,
  policy: string,
): ToolWatch<PolicyCheck> {
  const lists = new PinnedLists(settings, upstream);
  const watch = {
    lists,
    requests: new KnownRequests(),
    reports: new Reports(),
    policy,
    tells: (state: keyof typeof settings.actions) => settings.actions[state] !== 'allow',
  };
  return {
    check: (ctx) => check(settings, lists, ctx),
    watch: (context) => new PinnedWatch(watch, context),
    pins: () => lists.rows(),
    approve: (name, hash) => lists.approve(name, hash),
  };
}

function check(
  settings: PinningSettings,
  lists: PinnedLists,
  { mcp, req }: PolicyContext,
): Decision | Promise<Decision> {
  if (mcp.method !== 'tools/call') return true;
  const context = contextOf(req);
  const pinned = lists.of(context);
  // Where lists are shared, the caller may have been shown another one by another process.
  const caller = pinned.shared === undefined ? callerOf(context) : undefined;
  const decide = () => decisionOf(settings, pinned, mcp.name ?? '', caller);
  if (pinned.shared !== undefined) return readShared(pinned).then(() => again(settings, decide));
  return again(settings, decide);
}

/**
 * What is in the file may be newer than what is known of it: that is looked up before a call is refused, and
 * as long as there was no file.
 */
function again(
  { lockFile }: PinningSettings,
  decide: () => Decision,
): Decision | Promise<Decision> {
  const decision = decide();
  const isCertain = lockFile === undefined || (decision === true && lockFile.pins !== undefined);
  return isCertain ? decision : lockFile.refresh().then(decide);
}

function decisionOf(
  { actions }: PinningSettings,
  { list }: PinnedList,
  name: string,
  caller: string | undefined,
): Decision {
  const state = list.stateOf(name, caller);
  if (state === undefined || state === 'pinned' || actions[state] !== 'deny') return true;
  return {
    allow: false,
    reason: `the tool ${inWords(list, name, state)}`,
    message: MESSAGES[state],
  };
}
