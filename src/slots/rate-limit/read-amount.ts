import type { ConfigProblems } from '../../options/config-problems.ts';
import { durationText, readDuration } from '../../options/duration.ts';
import type { Limit, LimitContext, TokenBucket, WindowLimit } from './limit.ts';

/** How much a limit allows, read. */
export interface Amount {
  readonly limit: number | ((ctx: LimitContext) => number);
  /** The window; of a token bucket, the time in which an empty one is full again. */
  readonly windowMs: number;
  /**
   * How long each unit of a token bucket takes to come back; 0 for a window, where all comes back at once.
   */
  readonly msPerUnit: number;
  /** The limit in words: `100 in 1 minute`. */
  readonly text: (limit: number) => string;
}

/** The longest time in which a bucket may be full again. */
const LONGEST_REFILL_MS = 366 * 86_400_000;

/** Reads `limit` and `window`, or `burst` and `refill`; undefined where they are wrong. */
export function readAmount(problems: ConfigProblems, limit: Limit): Amount | undefined {
  const { burst, refill } = limit;
  if (burst === undefined && refill === undefined) {
    return readWindow(problems, limit as WindowLimit);
  }
  for (const name of ['limit', 'window'] as const) {
    if (limit[name] !== undefined) {
      problems
        .at(name)
        .add(limit[name], `no ${name} beside burst and refill: one pair of them`, 'conflict');
    }
  }
  return readBucket(problems, limit as TokenBucket);
}

function readWindow(problems: ConfigProblems, { limit, window }: WindowLimit): Amount | undefined {
  const isAmount = typeof limit === 'function' || isCount(limit);
  if (!isAmount) {
    problems.at('limit').addNumber(limit, 'a whole number from 1, or a function that gives one');
  }
  const windowMs = readDuration(problems.at('window'), window);
  if (!isAmount || windowMs === undefined) return undefined;
  const time = durationText(windowMs);
  return { limit, windowMs, msPerUnit: 0, text: (limit) => `${limit} in ${time}` };
}

function readBucket(problems: ConfigProblems, { burst, refill }: TokenBucket): Amount | undefined {
  if (!isCount(burst)) problems.at('burst').addNumber(burst, 'a whole number from 1');
  const place = problems.at('refill');
  if (refill === undefined) {
    place.add(refill, "how fast it comes back, like { amount: 5, every: '1s' }");
    return undefined;
  }
  if (!place.keys(refill, ['amount', 'every'], "{ amount: 5, every: '1s' }")) return undefined;
  const { amount, every } = refill;
  const everyMs = readDuration(place.at('every'), every);
  const isAmount = typeof amount === 'number' && amount > 0 && Number.isFinite(amount);
  if (!isAmount) place.at('amount').addNumber(amount, 'a number over 0');
  if (!isAmount || everyMs === undefined || !isCount(burst)) return undefined;
  const msPerUnit = everyMs / amount;
  const windowMs = Math.ceil(burst * msPerUnit);
  if (windowMs > LONGEST_REFILL_MS) {
    place
      .at('amount')
      .addNumber(amount, 'so much that an empty bucket is full again within a year');
    return undefined;
  }
  const pace = `${amount} more every ${durationText(everyMs)}`;
  return { limit: burst, windowMs, msPerUnit, text: (limit) => `${limit} at once and ${pace}` };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
