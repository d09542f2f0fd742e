import type { ConfigProblems } from '../../options/config-problems.ts';
import { readSize, type Size } from '../../options/size.ts';
import type { BodyBudgetLimits } from './budget.ts';

/** How large request bodies may be. `false` switches a member off. */
export interface BodyLimitOptions {
  /** The largest body: 413 above it. Default: `'4mb'`. */
  readonly body?: Size | false;
  /**
   * How much may be held at once of all bodies that are read: 503 above it. Default: `'256mb'`, or more where
   * `body` or `perCaller` is more.
   */
  readonly total?: Size | false;
  /**
   * The same for one caller: its principal, or its address where there is none. Default: `'64mb'`, or `body`
   * where that is more, or `total` where that is less.
   */
  readonly perCaller?: Size | false;
}

/** The option, read, in bytes. */
export interface BodyLimits extends BodyBudgetLimits {
  readonly body: number;
}

const MB = 1024 * 1024;
const NAMES = ['body', 'total', 'perCaller'] as const;
const UNLIMITED = Number.POSITIVE_INFINITY;

/** Reads the option; a size alone is that of a body. */
export function readBodyLimits(
  problems: ConfigProblems,
  option: Size | BodyLimitOptions,
): BodyLimits | undefined {
  if (typeof option !== 'object' || option === null || Array.isArray(option)) {
    const body = readSize(problems, option);
    return body === undefined ? undefined : bodyLimitsWith({ body });
  }
  problems.keys(option, NAMES, "{ body: '1mb', total: '256mb' }");
  const named = NAMES.filter((name) => option[name] !== undefined);
  if (named.length === 0) {
    problems.add(option, `a size like '4mb', or an object with some of ${NAMES.join(', ')}`);
  }
  const given: { -readonly [Name in keyof BodyLimits]?: number } = {};
  for (const name of named) {
    const value = option[name];
    const size = value === false ? UNLIMITED : readSize(problems.at(name), value);
    if (size !== undefined) given[name] = size;
  }
  const limits = bodyLimitsWith(given);
  const { body, total, perCaller } = limits;
  const largest = body === UNLIMITED ? 0 : body;
  for (const name of ['total', 'perCaller'] as const) {
    if (given[name] === undefined || limits[name] >= largest) continue;
    const expected = 'at least as much as `body`, or the largest is never read';
    problems.at(name).add(option[name], expected, 'conflict');
  }
  if (given.perCaller !== undefined && perCaller !== UNLIMITED && perCaller > total) {
    problems.at('perCaller').add(option.perCaller, 'no more than `total`', 'conflict');
  }
  return limits;
}

/** These limits, and the defaults for those that are not given. */
export function bodyLimitsWith({
  body = 4 * MB,
  total: givenTotal,
  perCaller: givenPerCaller,
}: Partial<BodyLimits> = {}): BodyLimits {
  const largest = body === UNLIMITED ? 0 : body;
  const own = givenPerCaller === UNLIMITED ? 0 : (givenPerCaller ?? 0);
  const total = givenTotal ?? Math.max(256 * MB, largest, own);
  return { body, total, perCaller: givenPerCaller ?? Math.min(Math.max(64 * MB, largest), total) };
}
