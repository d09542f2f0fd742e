import type { ConfigProblems } from '../options/config-problems.ts';
import { type Duration, readDuration } from '../options/duration.ts';
import type { BreakerSettings } from './breaker.ts';

/** When a host of the target gets no requests for a while, because it fails. */
export interface BreakerOptions {
  /** After how many failures in a row. A whole number from 1. Default: 5. */
  readonly failures?: number;
  /**
   * For how long, and a tenth longer at most. Then one request tries the host; each time it fails, the time
   * doubles, up to 5 minutes. Default: `'30s'`.
   */
  readonly openFor?: Duration;
  /**
   * Statuses of answers that count as failures, from 400 to 599; an empty list for none. With a status that a
   * client can provoke, this client can open the breaker for all users. Default: `[502, 503, 504]`.
   */
  readonly statuses?: readonly number[];
}

const KEYS = ['failures', 'openFor', 'statuses'] as const;
const DEFAULT_STATUSES = [502, 503, 504];

/**
 * Reads the option; undefined where it is wrong, or where there is to be no breaker.
 *
 * @param hasSeveral - Whether there are several targets: only then there are breakers by default.
 */
export function readBreaker(
  problems: ConfigProblems,
  value: BreakerOptions | false | undefined,
  hasSeveral: boolean,
): BreakerSettings | undefined {
  const options = value === undefined ? hasSeveral && {} : value;
  if (options === false || !problems.keys(options, KEYS, '{ failures: 5 }')) return undefined;
  const { failures = 5, openFor = '30s', statuses = DEFAULT_STATUSES } = options;
  if (!Number.isSafeInteger(failures) || failures < 1) {
    problems.at('failures').addNumber(failures, 'a whole number from 1');
  }
  const openForMs = readDuration(problems.at('openFor'), openFor);
  // A 2xx is a success, a 1xx no answer yet; a redirect is a mistake in the target, which time does not heal.
  const failing = problems
    .at('statuses')
    .list(statuses, isFailingStatus, 'statuses from 400 to 599');
  if (openForMs === undefined) return undefined;
  return { failures, openForMs, statuses: new Set(failing) };
}

function isFailingStatus(status: unknown): status is number {
  return Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599;
}
