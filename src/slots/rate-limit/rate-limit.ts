import type { ServerResponse } from 'node:http';
import { answerError } from '../../answer-error.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { ErrorReason } from '../../errors.ts';
import type { Middleware } from '../../http/middleware.ts';
import type { Kept } from '../../kept.ts';
import { noop } from '../../lib/noop.ts';
import { firstFound, goOn, type NowOrLater } from '../../lib/now-or-later.ts';
import type { Basis } from '../basis.ts';
import { passOrRefuse } from '../pass-or-refuse.ts';
import type { DenyAs } from '../policies/deny-as.ts';
import { isProbe } from '../probe.ts';
import type { Slot } from '../slot.ts';
import type { Charge } from './charges.ts';
import { type Counter, counterFor, tallyFor } from './counter.ts';
import {
  type Counted,
  EnforcedLimit,
  type LimitSettings,
  type Outcome,
  type Refusals,
} from './enforced-limit.ts';
import type { Limit, LimitKey } from './limit.ts';
import { type LimitRefusal, wait, whyNever } from './limit-refusal.ts';
import type { Limits } from './options.ts';
import { setWindow } from './store-windows.ts';

/** How {@link enforceLimits} refuses. */
export interface LimitRefusalSettings {
  /** Whether the refusal of a request with an id is the answer to its call, with 200. */
  readonly asResult: boolean;
}

/** Makes the counters of limits, and prepares their stores. */
export function countersFor(limits: readonly LimitSettings[], kept: Kept): EnforcedLimit[] {
  return limits.map((settings) => {
    return new EnforcedLimit(settings, counterOf(settings, kept), refusalsOf(settings, kept));
  });
}

function counterOf(settings: LimitSettings, kept: Kept): Counter {
  const { name, prefix, windowMs, msPerUnit, store } = settings;
  // For a bucket, only the pace of its refill decides what a count means.
  const pace = msPerUnit === 0 ? ['window', windowMs] : ['bucket', msPerUnit];
  const tally = () => kept.of(['counts', name, prefix, ...pace], () => tallyFor(settings));
  if (store === undefined) return counterFor(settings, tally);
  return kept.of(['counter', name, prefix, windowMs, store], () => {
    const counter = counterFor(settings, tally);
    kept.onceBuilt(() => setWindow(store, windowMs));
    return counter;
  });
}

/** The refusals of a limit: their count is kept as long as the counts of the limit. */
function refusalsOf({ name, prefix, windowMs, msPerUnit, store }: LimitSettings, kept: Kept) {
  return kept.of(['refusals', name, prefix, windowMs, msPerUnit, store], (): Refusals => {
    return { count: 0 };
  });
}

/** What is known of a limit at one moment. */
export interface LimitStats {
  /** Its name, as in the `RateLimit` headers. */
  readonly name: string;
  /**
   * For how many callers this process counts, those included whose window is over and that are not swept
   * out yet. Undefined: they are counted in a store.
   */
  readonly keys: number | undefined;
  /**
   * How many requests it has refused with `rate_limited` in this process, since it exists on these terms. A
   * limit with another name is another limit.
   */
  readonly refused: number;
}

/** The stats of limits that are enforced. */
export function limitStatsOf(limits: readonly LimitSettings[], kept: Kept): LimitStats[] {
  return limits.map((settings) => {
    const { keys } = counterOf(settings, kept);
    return { name: settings.name, keys, refused: refusalsOf(settings, kept).count };
  });
}

/**
 * Lets a request pass when all limits allow it, and refuses it with 429 otherwise. They are asked one
 * after the other: what one refuses is not counted by those behind it.
 */
export function enforceLimits(
  limits: readonly EnforcedLimit[],
  { asResult }: LimitRefusalSettings,
  counting: Counting = COUNTS,
): Middleware {
  return function enforceLimitsMiddleware(req, res, next) {
    const context = contextOf(req);
    const decide = () => firstFound(limits, (limit) => refusalBy(limit, counting, context, res));
    passOrRefuse(req, res, next, decide, ({ reason, by, ...details }) => {
      if (by !== undefined) counting.refused(by);
      answerError(req, res, reason, {
        ...details,
        asResult: asResult && mayBeResult(reason, context),
      });
    });
  };
}

/** How limits count requests. */
interface Counting {
  /** Counts the charges of a request. */
  count(
    limit: EnforcedLimit,
    charges: readonly Charge[],
    context: RequestContext,
  ): NowOrLater<Outcome>;
  /** Told that the limit refuses a request. */
  refused(limit: EnforcedLimit): void;
}

const COUNTS: Counting = {
  count: (limit, charges) => limit.count(charges),
  refused({ refusals }) {
    refusals.count += 1;
  },
};

/** Looks, and counts nothing. */
const PEEKS: Counting = {
  async count(limit, charges, { observation }) {
    const outcome = await limit.peek(charges);
    if (outcome.isUnknown) observation?.unasked?.(`the store of '${limit.name}' has no \`get\``);
    return outcome;
  },
  refused: noop,
};

/** Counts a request under one limit; undefined where that lets it pass. */
function refusalBy(
  limit: EnforcedLimit,
  counting: Counting,
  context: RequestContext,
  res: ServerResponse,
): NowOrLater<LimitRefusal | undefined> {
  return goOn(limit.chargesOf(context), (charges) => {
    const never = whyNever(limit, charges, context);
    if (never !== undefined) return never;
    return goOn(counting.count(limit, charges, context), ({ over, tightest, failure }) => {
      show(res, over ?? tightest);
      if (over !== undefined) return wait(limit, over, context);
      if (failure === undefined) return undefined;
      const { cause } = failure;
      if (!limit.mayFail) return { reason: 'store_unavailable', cause, detail: limit.name };
      context.report('store_unavailable', cause);
      return undefined;
    });
  });
}

/**
 * Writes the fields of one limit, once for each limit. What is left for notifications does not matter to a
 * client.
 */
function show(res: ServerResponse, counted: Counted | undefined): void {
  if (counted?.charge.isForRequests !== true || res.headersSent) return;
  for (const [name, value] of counted.count.fields) res.appendHeader(name, value);
}

/** Whether a refusal may be the answer to a call. The failure of a store may not. */
function mayBeResult(reason: ErrorReason, context: RequestContext): boolean {
  return reason === 'rate_limited' && !isProbe(context);
}

/** The limits by address alone, which come before the caller is known. */
export const rateLimit: Slot<LimitConfig, LimitSlotSettings, 'rateLimit'> = {
  name: 'rateLimit',
  options: ['rateLimit'],
  read: (_problems, _config, { limits }) =>
    limits?.early.length ? { limits: limits.early, asResult: false } : undefined,
  goesByAddress: () => true,
  build: (settings, kept) => buildLimits(settings, kept),
  rehearse: (settings, kept) => buildLimits(settings, kept, PEEKS),
};

/** All other limits. */
export const userLimit: Slot<LimitConfig, LimitSlotSettings & Pick<Limits, 'need'>, 'userLimit'> = {
  name: 'userLimit',
  options: ['rateLimit', 'denyAs'],
  read: (_problems, _config, { limits, denyAs }) =>
    limits?.late.length
      ? { limits: limits.late, need: limits.need, asResult: denyAs !== 'http' }
      : undefined,
  needs: ({ need }) => need,
  goesByAddress: ({ limits }, basis) => limits.some(({ by }) => by.some(isAddressIn(basis))),
  build: (settings, kept) => buildLimits(settings, kept),
  rehearse: (settings, kept) => buildLimits(settings, kept, PEEKS),
};

interface LimitConfig {
  readonly rateLimit?: Limit | readonly Limit[] | false;
  readonly denyAs?: DenyAs;
}

interface LimitSlotSettings extends LimitRefusalSettings {
  readonly limits: readonly LimitSettings[];
}

function buildLimits(
  { limits, asResult }: LimitSlotSettings,
  kept: Kept,
  counting?: Counting,
): Middleware {
  return enforceLimits(countersFor(limits, kept), { asResult }, counting);
}

/** The address stands for a user or a session where there is none. */
function isAddressIn({ identity }: Basis): (key: LimitKey) => boolean {
  const kinds: readonly LimitKey[] = identity.isAsked ? ['ip'] : ['ip', 'user', 'session'];
  return (key) => kinds.includes(key);
}
