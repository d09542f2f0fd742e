import type { AnswerDetails } from '../../answer-error.ts';
import type { RequestContext } from '../../context.ts';
import type { ErrorReason } from '../../errors.ts';
import { isProbe } from '../probe.ts';
import type { Charge } from './charges.ts';
import { type Counted, type EnforcedLimit, MOST_CHARGES, MOST_WEIGHT } from './enforced-limit.ts';

/** How a limit refuses. */
export interface LimitRefusal extends AnswerDetails {
  readonly reason: ErrorReason;
  /** The limit, where the request was too much for it; not where a store has failed. */
  readonly by?: EnforcedLimit;
}

/** Refuses a request that could not pass, however long it waits. */
export function whyNever(
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

/** Refuses a request that may pass later. */
export function wait(
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

/** Refuses a request that could not pass in the next window either. */
function never(limit: EnforcedLimit, context: RequestContext): LimitRefusal {
  return { ...refusal(limit, context), headers: { 'Retry-After': String(limit.windowSeconds) } };
}

/** A client that gets 429 to its first question takes the server for one of the legacy era. */
function refusal(limit: EnforcedLimit, context: RequestContext): LimitRefusal {
  const status = isProbe(context) ? { status: 503, code: 503 } : {};
  return { reason: 'rate_limited', detail: limit.name, by: limit, ...status };
}
