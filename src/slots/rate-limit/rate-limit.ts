import type { ServerResponse } from 'node:http';
import { type AnswerDetails, answerError } from '../../answer-error.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { ErrorReason } from '../../errors.ts';
import type { Middleware } from '../../http/middleware.ts';
import type { Kept } from '../../kept.ts';
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
  MOST_CHARGES,
  MOST_WEIGHT,
} from './enforced-limit.ts';
import type { Limit, LimitKey } from './limit.ts';
import type { Limits } from './options.ts';
import { setWindow } from './store-windows.ts';

/** How {@link enforceLimits} refuses. */
export interface LimitRefusalSettings {
  /** Whether a request with an id is told as the answer to its call, with 200. */
  readonly asResult: boolean;
}

/** Makes the counters of limits, and their stores ready. */
export function countersFor(limits: readonly LimitSettings[], kept: Kept): EnforcedLimit[] {
  return limits.map((settings) => new EnforcedLimit(settings, counterOf(settings, kept)));
}

function counterOf(settings: LimitSettings, kept: Kept): Counter {
  const { name, prefix, windowMs, msPerUnit, store } = settings;
  // Of a bucket, only how fast it fills decides what a count means.
  const pace = msPerUnit === 0 ? ['window', windowMs] : ['bucket', msPerUnit];
  const tally = () => kept.of(['counts', name, prefix, ...pace], () => tallyFor(settings));
  if (store === undefined) return counterFor(settings, tally);
  return kept.of(['counter', name, prefix, windowMs, store], () => {
    setWindow(store, windowMs);
    return counterFor(settings, tally);
  });
}

/** What is known of a limit at one moment. */
export interface LimitStats {
  /** Its name, as in the `RateLimit` headers. */
  readonly name: string;
  /**
   * For how many callers this process counts, those included whose window is over and that nobody has swept
   * out yet. Undefined: they are counted in a store.
   */
  readonly keys: number | undefined;
}

/** Of limits that are enforced. */
export function limitStatsOf(limits: readonly LimitSettings[], kept: Kept): LimitStats[] {
  return limits.map((settings) => {
    const { keys } = counterOf(settings, kept);
    return { name: settings.name, keys };
  });
}

/**
 * Lets a request pass when all limits allow it, and refuses it with 429 otherwise. They are asked one
 * after the other: what one refuses is not counted by those behind it.
 */
export function enforceLimits(
  limits: readonly EnforcedLimit[],
  { asResult }: LimitRefusalSettings,
): Middleware {
  return function enforceLimitsMiddleware(req, res, next) {
    const context = contextOf(req);
    const decide = () => firstFound(limits, (limit) => refusalBy(limit, context, res));
    passOrRefuse(req, res, next, decide, ({ reason, ...details }) => {
      answerError(req, res, reason, {
        ...details,
        asResult: asResult && mayBeResult(reason, context),
      });
    });
  };
}

interface LimitRefusal extends AnswerDetails {
  readonly reason: ErrorReason;
}

/** Counts a request under one limit; undefined where that lets it pass. */
function refusalBy(
  limit: EnforcedLimit,
  context: RequestContext,
  res: ServerResponse,
): NowOrLater<LimitRefusal | undefined> {
  return goOn(limit.chargesOf(context), (charges) => {
    const never = whyNever(limit, charges, context);
    if (never !== undefined) return never;
    return goOn(limit.count(charges), ({ over, tightest, failure }) => {
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

/** Refuses what could not pass however long it waits. */
function whyNever(
  limit: EnforcedLimit,
  charges: readonly Charge[],
  context: RequestContext,
): LimitRefusal | undefined {
  if (charges.some(isTooHeavy)) {
    const heaviest = [...charges].sort((a, b) => b.weight - a.weight).find(isTooHeavy);
    return tooHeavy(limit, heaviest as Charge, context);
  }
  const weight = charges.reduce((sum, { weight }) => sum + weight, 0);
  if (weight > MOST_WEIGHT) return tooHeavy(limit, { ...(charges[0] as Charge), weight }, context);
  return charges.length > MOST_CHARGES ? tooMany(limit, context) : undefined;
}

/** Whether it could never pass. */
function isTooHeavy({ weight, limit }: Charge): boolean {
  return weight > Math.min(limit, MOST_WEIGHT);
}

/** Of one limit an answer tells once. What is left for notifications is no news to a client. */
function show(res: ServerResponse, counted: Counted | undefined): void {
  if (counted?.charge.isForRequests !== true || res.headersSent) return;
  for (const [name, value] of counted.count.fields) res.appendHeader(name, value);
}

function wait(
  limit: EnforcedLimit,
  { charge, count }: Counted,
  context: RequestContext,
): LimitRefusal {
  const { waitSeconds } = count;
  const time = `${waitSeconds} second${waitSeconds === 1 ? '' : 's'}`;
  const message = `Too many requests: the limit is ${limit.text(charge.limit)}; wait ${time} before you try again`;
  return { ...refusal(limit, context), message, headers: { 'Retry-After': String(waitSeconds) } };
}

function tooHeavy(
  limit: EnforcedLimit,
  { weight, limit: allowed, isUnclear = false }: Charge,
  context: RequestContext,
): LimitRefusal {
  if (isUnclear) return { ...never(limit, context), message: UNCLEAR };
  if (allowed === 0) {
    return { ...never(limit, context), message: 'This is not open to you: your limit is 0' };
  }
  const amount = Number.isFinite(weight) ? weight : 'too much';
  const most = Math.min(allowed, MOST_WEIGHT);
  const terms = `no more than ${most} may be asked for at once (the limit is ${limit.text(allowed)})`;
  return {
    ...never(limit, context),
    message: `This counts for ${amount}, and ${terms}; ask for less`,
  };
}

const UNCLEAR =
  'This cannot be counted, because two readers could understand it differently: a number with too many digits, ' +
  'a NUL in a text, or a name in another spelling; write it in another way';

function tooMany(limit: EnforcedLimit, context: RequestContext): LimitRefusal {
  const message = `This asks for more than ${MOST_CHARGES} different things; ask for less at once`;
  return { ...never(limit, context), message };
}

/** What could not pass in the next window either. */
function never(limit: EnforcedLimit, context: RequestContext): LimitRefusal {
  return { ...refusal(limit, context), headers: { 'Retry-After': String(limit.windowSeconds) } };
}

/** Clients that are refused with 429 what they ask first take the server for one of the legacy era. */
function refusal(limit: EnforcedLimit, context: RequestContext): LimitRefusal {
  const status = isProbe(context) ? { status: 503, code: 503 } : {};
  return { reason: 'rate_limited', detail: limit.name, ...status };
}

/** A store that fails is no answer to a call. */
function mayBeResult(reason: ErrorReason, context: RequestContext): boolean {
  return reason === 'rate_limited' && !isProbe(context);
}

/** The limits by address alone, which come before it is known who asks. */
export const rateLimit: Slot<LimitConfig, LimitSlotSettings, 'rateLimit'> = {
  name: 'rateLimit',
  options: ['rateLimit'],
  read: (_problems, _config, { limits }) =>
    limits?.early.length ? { limits: limits.early, asResult: false } : undefined,
  goesByAddress: () => true,
  build: (settings, kept) => buildLimits(settings, kept),
};

/** All others. */
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
};

interface LimitConfig {
  readonly rateLimit?: Limit | readonly Limit[] | false;
  readonly denyAs?: DenyAs;
}

interface LimitSlotSettings extends LimitRefusalSettings {
  readonly limits: readonly LimitSettings[];
}

function buildLimits({ limits, asResult }: LimitSlotSettings, kept: Kept): Middleware {
  return enforceLimits(countersFor(limits, kept), { asResult });
}

/** The address stands for a user or session that is not there. */
function isAddressIn({ identity }: Basis): (key: LimitKey) => boolean {
  const kinds: readonly LimitKey[] = identity.isAsked ? ['ip'] : ['ip', 'user', 'session'];
  return (key) => kinds.includes(key);
}
