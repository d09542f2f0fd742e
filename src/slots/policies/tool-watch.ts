import type { RequestContext } from '../../context.ts';
import type { ListWatch } from '../lists/list-watch.ts';
import type { ToolPin } from './tool-pin.ts';

/**
 * The key under which a policy of this package says that it looks at lists of tools as well. It is not for
 * apps, which could hold up answers by it.
 */
export const WATCH_TOOLS: unique symbol = Symbol('express-mcp-gateway.watch-tools');

/** The part of such a policy for one gateway. */
export interface ToolWatch<Check = unknown> {
  /** The check that takes the place of the rule's own, which knows no gateway. */
  readonly check: Check;
  /** The same for a request that is only described: it changes nothing, and tells no observer. */
  readonly peek: Check;
  /** Makes the watch for the answer to a request that has been let through. */
  watch(context: RequestContext): ListWatch;
  /** What it knows of each tool. */
  pins(): ToolPin[];
  /** Approves a tool. Gives whether it knows a tool of this name, and has seen it with this hash last. */
  approve(name: string, hash: string | undefined): Promise<boolean>;
}

/** A policy that looks at lists of tools. */
export interface WatchingRule<Check> {
  /**
   * @param upstream - What tells the upstream of the gateway apart from others, in every process.
   * @param policy - The name by which observers know the rule.
   */
  [WATCH_TOOLS](upstream: string, policy: string): ToolWatch<Check>;
}

/** Makes the part of a policy for one gateway; undefined where the policy looks at no lists. */
export function watchOf<Check>(
  rule: Partial<WatchingRule<Check>>,
  upstream: string,
  policy: string,
): ToolWatch<Check> | undefined {
  return rule[WATCH_TOOLS]?.(upstream, policy);
}
