import { plain } from '../lib/plain-error.ts';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { byName, type PolicyCheck, type PolicyRule } from '../slots/policies/policy.ts';
import type { ToolPin } from '../slots/policies/tool-pin.ts';
import { approveIn, pinsOf } from '../slots/policies/tool-pins.ts';
import { type ToolWatch, WATCH_TOOLS, type WatchingRule } from '../slots/policies/tool-watch.ts';
import { KnownRequests } from './known-requests.ts';
import { type PinningSettings, readPinningOptions, type ToolPinningOptions } from './options.ts';
import { PinnedCheck } from './pinned-check.ts';
import { PinnedLists } from './pinned-lists.ts';
import { PinnedWatch } from './pinned-watch.ts';
import { Reports } from './reports.ts';

/** What {@link toolPinning} gives. A copy of it is a policy as well, without these two functions. */
export interface ToolPinning extends PolicyRule {
  /** The same as `gateway.pins()`, of all gateways that it stands in; for use without a gateway. */
  pins(): ToolPin[];
  /** The same as `gateway.approve()`. */
  approve(name: string, hash?: string): Promise<void>;
}

const NAME = 'toolPinning';

/**
 * A policy that remembers how the server defined each tool, and refuses or tells when that changes. It reads
 * the lists of tools in answers, and changes nothing in them. The definitions in the first list are approved;
 * with a `lockFile`, those in that file. Only calls of a tool that is not as approved are refused, and
 * methods other than `tools/call` pass.
 *
 * What it knows belongs to the policy itself, which outlives gateways and may stand in several.
 *
 * @returns A policy for `policies` or `policy`.
 * @throws {GatewayConfigError} for a wrong option, and for a lock file that cannot be read or is broken.
 * @see RFC 8785, by which definitions are written before they are hashed
 *
 * @example From `examples/tool-pinning.ts`:
 * ```ts
 * const gateway = createMcpGateway({
 *   target: 'https://third-party-mcp-server.example/mcp',
 *   policies: toolPinning({ lockFile: './mcp-lock.json', onNew: 'deny' }),
 *   observe: {
 *     onDecision({ mode, detail }) {
 *       if (mode === 'report') console.warn(`Please review: ${detail}`);
 *     },
 *   },
 * });
 * ```
 */
export function toolPinning(options: ToolPinningOptions = {}): ToolPinning {
  const settings = checkConfig('toolPinning', (problems) => readPinningOptions(problems, options));
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

isFactory('toolPinning', toolPinning);

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
  const decisions = new PinnedCheck(settings, watch);
  return {
    check: (ctx) => decisions.check(ctx),
    peek: (ctx) => decisions.peek(ctx),
    watch: (context) => new PinnedWatch(watch, context),
    pins: () => lists.rows(),
    approve: (name, hash) => lists.approve(name, hash),
  };
}
