import { isFieldName } from '../../http/field.ts';
import type { Notes } from '../notes.ts';
import type { ModifierValues } from '../table/martian.ts';

/** A cookie that a modifier makes. */
export interface MadeCookie {
  readonly name: string;
  /** The cookie as it stands in `Cookie`. */
  readonly pair: string;
  /** The cookie as it stands in `Set-Cookie`. */
  readonly line: string;
}

/** The characters that Go leaves in a value; it silently drops all others. */
const VALUE = /^[ !#-:<-[\]-~]*$/;
const PATH = /^[ -:<-~]*$/;
const DOMAIN = /^\.?[a-z\d-]+(?:\.[a-z\d-]+)*$/i;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Makes a cookie from the values of a modifier, written as Go writes it; undefined, with a note, where they
 * are wrong.
 */
export function makeCookie(notes: Notes, values: ModifierValues): MadeCookie | undefined {
  const { name, value = '', path, domain, expires, maxAge = 0, secure, httpOnly } = values;
  const wrong = [
    [isFieldName(name), 'name', 'write the name of the cookie'],
    [VALUE.test(value), 'value', `${DROPPED}; write ASCII without quotes, ';' and '\\'`],
    [PATH.test(path ?? ''), 'path', `${DROPPED}; write ASCII without ';'`],
    [DOMAIN.test(domain ?? 'a'), 'domain', 'KrakenD leaves such a domain out; write a name'],
    [isTime(expires), 'expires', 'KrakenD drops all modifiers; write it like 2030-01-31T12:00:00Z'],
  ] as const;
  const problems = wrong.filter(([isSound]) => !isSound);
  for (const [, key, message] of problems) notes.at(key).refuse(message);
  if (name === undefined || problems.length > 0) return undefined;
  const pair = `${name}=${/[ ,]/.test(value) ? `"${value}"` : value}`;
  const line = [
    pair,
    path && `Path=${path}`,
    domain && `Domain=${domain.replace(/^\./, '')}`,
    expires && `Expires=${new Date(expires).toUTCString()}`,
    maxAge !== 0 && `Max-Age=${Math.max(maxAge, 0)}`,
    httpOnly && 'HttpOnly',
    secure && 'Secure',
  ].filter(Boolean);
  return { name, pair, line: line.join('; ') };
}

const DROPPED = 'KrakenD leaves some of these characters out';

function isTime(text: string | undefined): boolean {
  return text === undefined || (RFC3339.test(text) && !Number.isNaN(Date.parse(text)));
}

/** The name in `name=value`. */
export function cookieName(pair: string): string {
  return pair.replace(/=.*/s, '').trim();
}

/** The value in `name=value`, as Go reads it: without the quotes around it. */
export function cookieValue(pair: string): string {
  const value = pair.includes('=') ? pair.slice(pair.indexOf('=') + 1).trim() : '';
  return /^".*"$/s.test(value) && value.length > 1 ? value.slice(1, -1) : value;
}
