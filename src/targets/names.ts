import type { ConfigProblems } from '../options/config-problems.ts';

/** A claim of the caller, or a parameter of the route. */
const NAME = String.raw`claims(?:\.[\w-]+)+|\w+`;
/** A name in a path. `URL` encodes the braces of a path, so that they are the same encoded. */
export const NAME_IN_PATH: RegExp = new RegExp(`%7B(${NAME})%7D`, 'gi');
/** A name in a query, whose braces `URL` leaves as they are. */
export const NAME_IN_QUERY: RegExp = new RegExp(`\\{(${NAME})\\}`, 'g');

const IN_TEXT = new RegExp(`\\{(?:${NAME})\\}`, 'g');
const ANYWHERE = new RegExp(`\\{(?:${NAME})\\}|%7B(?:${NAME})%7D`, 'gi');
const BRACE = /[{}]/;
/** Two dots that are all there is between two names, or between a name and an end of its segment. */
const TWO_DOTS = /(?:\/|%7D)(?:\.|%2e){2}%7B|%7D(?:\.|%2e){2}(?:\/|$)/i;
const ANY_BRACE = /[{}]|%7B|%7D/i;

const CLAIM = 'claims.';

/** Whether a name is a claim of the caller, not a parameter of the route. */
export function isClaim(name: string): boolean {
  return name.startsWith(CLAIM);
}

/** The claim that such a name is about: its own name, or a path with dots. */
export function claimOf(name: string): string {
  return name.slice(CLAIM.length);
}

/** The names in a target's path and query, each once. */
export function namesIn({ pathname, search }: URL): readonly string[] {
  return [...new Set([...namesOf(pathname, NAME_IN_PATH), ...namesOf(search, NAME_IN_QUERY)])];
}

/** Whether two URLs have the same names, in whatever order. */
export function haveSameNames(one: URL, other: URL): boolean {
  const names = namesIn(one);
  const others = namesIn(other);
  return names.length === others.length && names.every((name) => others.includes(name));
}

/**
 * Notes what is wrong with the names in a target. A value of the client may be a path segment, a part of
 * one, or a value in the query, and nothing else.
 *
 * @param url - The same target, parsed; undefined where it could not be parsed.
 * @returns Whether something is wrong with the names.
 */
export function checkNames(
  problems: ConfigProblems,
  value: string | URL,
  url: URL | undefined,
): boolean {
  const problem = problemOf(value, url);
  if (problem !== undefined) problems.addSecret(value, problem);
  return problem !== undefined;
}

function problemOf(value: string | URL, url: URL | undefined): string | undefined {
  const text = String(value);
  const rest = text.replace(IN_TEXT, '');
  const encoded = url?.pathname.replace(NAME_IN_PATH, '') ?? '';
  // It is not known which braces of a `URL` were written encoded.
  if (BRACE.test(rest) || (value instanceof URL && ANY_BRACE.test(encoded))) return NO_NAME;
  if (url === undefined) return BRACE.test(text) ? MISPLACED : undefined;
  const { hostname, username, password, hash } = url;
  if (ANY_BRACE.test([hostname, username, password, hash].join(' '))) return MISPLACED;
  if (countIn(text) > countIn(url.pathname + url.search)) return TAKEN_AWAY;
  if (TWO_DOTS.test(url.pathname)) return LEADS_UP;
  const parameters = url.search.slice(1).split('&');
  if (parameters.some((parameter) => BRACE.test(parameter.replace(/=.*/s, '')))) return IN_KEY;
  const [, express] = /\/:(\w+)/.exec(url.pathname) ?? [];
  if (express !== undefined) {
    return `{${express}} in place of :${express}; a segment that begins so is written %3A${express}`;
  }
  return undefined;
}

const NO_NAME =
  'names in braces, like {tenant}, of letters, digits and _, or of a claim, like {claims.sub}; a brace that stands for itself is written %7B or %7D';
const MISPLACED =
  'names in braces only in the path, or in a value of the query: nothing that a client says may choose ' +
  'scheme, host, port, credentials or fragment. For several hosts, take a gateway for each';
const TAKEN_AWAY = "no '..' behind a name in braces, which takes it away";
const LEADS_UP =
  "no '..' next to a name in braces: a value with a slash in it would lead up where the upstream decodes twice";
const IN_KEY = 'names in braces only in values of the query, like ?tenant={tenant}';

/** How many names are in a text, with plain or encoded braces. */
function countIn(text: string): number {
  return text.match(ANYWHERE)?.length ?? 0;
}

function namesOf(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, name]) => name as string);
}
