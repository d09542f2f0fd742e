import type { ConfigProblems } from '../../options/config-problems.ts';

/** An exact origin, or a pattern for the origins of a wildcard. */
export type OriginRule = string | RegExp;

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@,*]+$/;
/**
 * The wildcard stands for one label or more. Two labels or more follow, which cannot be a part of an IP
 * address.
 */
const WILDCARD = /^(?<scheme>https?:\/\/)\*(?<rest>(?:\.[a-z\d_-]+)+\.[a-z][a-z\d-]*(?::\d+)?)$/;
const LABELS = String.raw`[a-z\d_-]+(?:\.[a-z\d_-]+)*`;

/** Reads the origins that may use the endpoint. */
export function readOrigins(
  problems: ConfigProblems,
  value: unknown,
  credentials: boolean,
): OriginRule[] {
  const places = Array.isArray(value)
    ? [...value].map((origin, i) => [problems.at(i), origin] as const)
    : [[problems, value] as const];
  return places.flatMap(([place, origin]) => readOrigin(place, origin, credentials) ?? []);
}

function readOrigin(
  problems: ConfigProblems,
  value: unknown,
  credentials: boolean,
): OriginRule | undefined {
  if (isOrigin(value)) {
    if (value !== 'null' || !credentials) return value;
    problems.add(
      value,
      "no 'null' with credentials: every sandboxed page has that origin",
      'unsafe',
    );
    return undefined;
  }
  const pattern = typeof value === 'string' ? wildcard(value) : undefined;
  if (value === '*' || value === true) problems.add(value, `${EXPECTED}: ${EVERY}`, 'unsafe');
  else if (pattern === undefined) problems.add(value, EXPECTED);
  else if (credentials) problems.add(value, NO_CREDENTIALS, 'unsafe');
  return pattern;
}

const EVERY = 'all origins would let every page on the web use the endpoint';
const EXPECTED =
  "an exact origin like 'https://app.example', without a path, or one like 'https://*.example.com'";
const NO_CREDENTIALS =
  'an exact origin with credentials: a wildcard would give cookies to every subdomain';

/** Gives a function that says whether an origin matches one of the rules. */
export function originMatcher(rules: readonly OriginRule[]): (origin: string) => boolean {
  const exact = new Set(rules);
  const patterns = rules.filter((rule) => typeof rule !== 'string');
  return (origin) => exact.has(origin) || patterns.some((pattern) => pattern.test(origin));
}

function isOrigin(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  if (value === 'null') return true;
  if (!ORIGIN.test(value)) return false;
  return !/^https?:/.test(value) || (URL.canParse(value) && new URL(value).origin === value);
}

/** The pattern takes linear time for any text: dots separate what repeats. */
function wildcard(text: string): RegExp | undefined {
  const { scheme = '', rest = '' } = WILDCARD.exec(text)?.groups ?? {};
  if (!isOrigin(`${scheme}a${rest}`)) return undefined;
  return new RegExp(`^${scheme}${LABELS}${rest.replaceAll('.', String.raw`\.`)}$`);
}
