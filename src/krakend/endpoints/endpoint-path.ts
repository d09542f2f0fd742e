import type { Notes } from '../notes.ts';

/** The path of an endpoint. */
export interface EndpointPath {
  /** The path as it is written, with its slash: `/t/{tenant}/mcp`. */
  readonly text: string;
  /** The path as Express writes it, without a slash at its end: `/t/:tenant/mcp`. */
  readonly route: string;
  /** The names of its parameters, as they are written. */
  readonly params: readonly string[];
}

/** A name as routes and targets take it: `a-b` is `a_b` there. */
export function routeName(name: string): string {
  return name.replaceAll('-', '_').replace(/^(?=\d)/, '_');
}

const RESERVED = ['/__debug', '/__echo', '/__health'];
const PARAM = /^\{([^{}]*)\}$/;
/** What KrakenD takes for the name of a parameter. */
const NAME = /^[\w-]+$/;
/** Characters without a special meaning to a router. */
const PLAIN = /^[\w.~-]*$/;

/** Reads a path; undefined, with a note, where it is wrong. */
export function readPath(notes: Notes, given: string | undefined): EndpointPath | undefined {
  if (given === undefined) {
    notes.refuse('write the path of the endpoint');
    return undefined;
  }
  const text = given.startsWith('/') ? given : `/${given}`;
  const problem = problemOf(text);
  if (problem !== undefined) {
    notes.refuse(problem);
    return undefined;
  }
  const segments = text.split('/').map((segment) => ({ segment, name: PARAM.exec(segment)?.[1] }));
  const params = segments.flatMap(({ name }) => name ?? []);
  for (const { segment, name } of segments) {
    const wrong = problemOfSegment(segment, name, params);
    if (wrong === undefined) continue;
    notes.refuse(wrong);
    return undefined;
  }
  const route = segments
    .map(({ segment, name }) => (name === undefined ? segment : `:${routeName(name)}`))
    .join('/')
    .replace(/(?<=.)\/$/, '');
  return { text, route, params };
}

function problemOf(text: string): string | undefined {
  if (RESERVED.some((own) => text === own || text.startsWith(`${own}/`))) {
    return 'KrakenD keeps this path for itself; take another';
  }
  if (/[?#]/.test(text)) return "KrakenD never finds a path with '?' or '#'; write the path alone";
  if (/\/(?:\.{0,2}\/|\.{1,2}$)/.test(text)) {
    return "clients make another path of one with '//', '.' or '..'; write the path that they ask for";
  }
  if (/[^!-~]/.test(text)) return 'write the path in ASCII, percent-encoded where need be';
  return undefined;
}

function problemOfSegment(
  segment: string,
  name: string | undefined,
  params: readonly string[],
): string | undefined {
  if (name === undefined) {
    if (/[{}]/.test(segment))
      return `a parameter is a whole segment here, and ${segment} is not one`;
    if (segment.includes(':'))
      return `KrakenD takes ${segment} for a parameter; write it in braces`;
    if (segment.includes('*')) return 'KrakenD fails at a wildcard while it runs; write the path';
    const isPlain = params.length === 0 || PLAIN.test(segment);
    return isPlain
      ? undefined
      : `beside parameters, write ${segment} with letters, digits and '-._~'`;
  }
  if (!NAME.test(name)) return `write {${name}} with letters, digits, '_' and '-'`;
  const same = params.filter((own) => routeName(own) === routeName(name));
  if (same.length < 2) return undefined;
  const [first = name, second] = same;
  return first === second
    ? `the parameter {${name}} stands twice in the path`
    : `{${first}} and {${second}} are one name to the router; write another`;
}
