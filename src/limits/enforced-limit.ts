import type { RequestContext } from '../context.ts';
import { notAwaited } from '../http/not-awaited.ts';
import type { McpMessage } from '../mcp/message.ts';
import { durationText } from '../options/duration.ts';
import type { PolicyContext } from '../policies/policy.ts';
import { policyContext } from '../policies/policy-context.ts';
import { Counter, type CounterSettings } from './counter.ts';
import type { LimitContext, LimitKey } from './limit.ts';
import { limitKey } from './limit-key.ts';

/** How much may be counted at once: a store gets as many calls. */
export const MOST_WEIGHT = 10_000;

/** What a request is counted under, and for how much. */
export interface Charge {
  readonly key: string;
  readonly weight: number;
  /** Whether it is for what asks for something; else it is for what ends or answers something. */
  readonly isForRequests: boolean;
}

/** A limit as it was read. */
export interface LimitSettings extends CounterSettings {
  readonly by: readonly LimitKey[];
  /** Whether it is about the message; undefined where it is about every request. */
  readonly matches: ((message: McpMessage) => boolean) | undefined;
  readonly weight: number | ((ctx: PolicyContext) => number);
  readonly onStoreError: 'allow' | 'deny';
}

/** A limit as it is enforced. */
export class EnforcedLimit {
  readonly name: string;
  readonly counter: Counter;
  readonly mayFail: boolean;
  /** A larger charge could never pass. */
  readonly most: number;
  readonly windowSeconds: number;
  /** `100 in 1 minute`. */
  readonly terms: string;
  readonly #settings: LimitSettings;

  constructor(settings: LimitSettings) {
    this.name = settings.name;
    this.counter = new Counter(settings);
    this.mayFail = settings.onStoreError === 'allow';
    this.most = Math.min(settings.limit, MOST_WEIGHT);
    this.windowSeconds = Math.ceil(settings.windowMs / 1000);
    this.terms = `${settings.limit} in ${durationText(settings.windowMs)}`;
    this.#settings = settings;
  }

  /** What a request is to be counted for: each of its messages, where they were read. */
  chargesOf(context: RequestContext): readonly Charge[] {
    const charges = new Charges();
    const { matches, weight } = this.#settings;
    const { mcp, req } = context;
    for (const message of mcp?.messages ?? []) {
      if (matches?.(message) === false) continue;
      const ctx = policyContext(context, message);
      const own = typeof weight === 'number' ? weight : weightOf(weight(ctx));
      charges.add(this.#keyFor(context, ctx), own, !isNotification(message));
    }
    if (matches !== undefined) return charges.all();
    const responses = mcp?.responses ?? 0;
    const isUnread = mcp === undefined;
    const own = typeof weight === 'number' ? weight : 1;
    if (isUnread || responses > 0) {
      const { principal, ip, headers } = context;
      const ctx = Object.freeze({ __proto__: null, mcp: undefined, principal, ip, headers, req });
      const isForRequests = isUnread && req.method !== 'DELETE';
      charges.add(this.#keyFor(context, ctx), own * (isUnread ? 1 : responses), isForRequests);
    }
    return charges.all();
  }

  #keyFor(context: RequestContext, ctx: LimitContext): string {
    const { name, by } = this.#settings;
    return limitKey(name, by, context, ctx);
  }
}

/** One that asks for something is a request, whatever it lacks: servers have run such calls. */
function isNotification({ id, method }: McpMessage): boolean {
  return id === undefined && method.startsWith('notifications/');
}

function weightOf(value: unknown): number {
  // A client can write a number that is read as Infinity: too much, but nobody's mistake.
  if (value === Number.POSITIVE_INFINITY) return value;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  notAwaited(value);
  throw new TypeError('The `weight` of a limit gives a whole number');
}

/** What comes under one key is counted at once. */
class Charges {
  readonly #all = new Map<string, Charge>();

  add(callerKey: string, weight: number, isForRequests: boolean): void {
    if (weight === 0) return;
    const key = isForRequests ? callerKey : `${callerKey}:other`;
    const before = this.#all.get(key)?.weight ?? 0;
    this.#all.set(key, { key, weight: before + weight, isForRequests });
  }

  all(): readonly Charge[] {
    return [...this.#all.values()];
  }
}
