import { budget } from '../../cel/budget.ts';
import { celSupport } from '../cel-support.ts';
import type { Notes } from '../notes.ts';
import type { HeaderPlan } from '../parts/header-plan.ts';
import type { ModifierValues } from '../table/martian.ts';
import { cookieName, cookieValue } from './cookies.ts';
import type { Condition } from './run.ts';

/** A filter, and where it stands. */
export interface Asked {
  readonly notes: Notes;
  readonly kind: string;
  readonly values: ModifierValues;
  readonly plan: HeaderPlan;
  /** Whether the filter is for requests, for answers, or for both. */
  readonly directions: readonly string[];
}

/** The condition of a filter; undefined, with a note, where the filter is wrong. */
export function conditionOf(asked: Asked): Condition | undefined {
  if (asked.kind === 'header.Filter') return headerFilter(asked);
  if (asked.kind === 'header.RegexFilter') return patternFilter(asked);
  return cookieFilter(asked);
}

function headerFilter(asked: Asked): Condition | undefined {
  const { notes, values } = asked;
  const { name, value } = values;
  if (name === undefined) notes.at('name').refuse('write the name of the header');
  if (value === undefined) {
    notes
      .at('value')
      .refuse(
        'without it KrakenD looks for an empty value, not whether the header is there; write the value',
      );
  }
  if (name === undefined || value === undefined || !canAsk(asked, 'name', name)) return undefined;
  return ({ headers }) => headers.all(name).includes(value);
}

function patternFilter(asked: Asked): Condition | undefined {
  const { notes, values, directions } = asked;
  const { header, regex } = values;
  if (header === undefined) notes.at('header').refuse('write the name of the header');
  if (regex === undefined) notes.at('regex').refuse('write the pattern');
  if (header === undefined || regex === undefined) return undefined;
  const pattern = readPattern(notes.at('regex'), regex);
  if (pattern === undefined || !canAsk(asked, 'header', header)) return undefined;
  if (directions.includes('response')) {
    notes.warn(`for answers, as in KrakenD, it is about ${header} of the request`);
  }
  // As in KrakenD, an empty header counts as absent.
  return ({ request }) => {
    const [first = ''] = request.all(header);
    return first !== '' && pattern(first);
  };
}

/** A pattern of RE2, unanchored; undefined, with a note, where the text is none. */
export function readPattern(notes: Notes, text: string): ((value: string) => boolean) | undefined {
  const { patternFor } = celSupport();
  try {
    const pattern = patternFor(text);
    // A test that takes too long throws, so that no request passes without it.
    return (value) => budget.limit(() => pattern.test(value));
  } catch (error) {
    notes.refuse(`KrakenD drops what has such a pattern: ${(error as Error).message}`);
    return undefined;
  }
}

function cookieFilter(asked: Asked): Condition | undefined {
  const { notes, values } = asked;
  const { name, value = '' } = values;
  if (name === undefined) {
    notes.at('name').refuse('write the name of the cookie');
    return undefined;
  }
  warnOfAbsence(asked, 'Cookie');
  const isIt = (pair: string) =>
    cookieName(pair) === name && (value === '' || cookieValue(pair) === value);
  return ({ headers, request }) =>
    headers === request
      ? headers.all('Cookie').some((line) => line.split(';').some(isIt))
      : headers.all('Set-Cookie').some((line) => isIt(line.replace(/;.*/s, '')));
}

function canAsk(asked: Asked, key: string, name: string): boolean {
  if (name.toLowerCase() === 'host') {
    asked.notes.at(key).refuse('the backend gets the same Host always; take the filter out');
    return false;
  }
  warnOfAbsence(asked, name);
  return true;
}

function warnOfAbsence({ notes, kind, plan, directions }: Asked, name: string): void {
  const isAboutRequests = directions.includes('request') || kind === 'header.RegexFilter';
  if (isAboutRequests && !plan.mayHave(name)) {
    notes.warn(`it never holds, because ${name} is not in input_headers`);
  }
}
