import { isFieldName, isFieldValue } from '../../http/field.ts';
import type { Notes } from '../notes.ts';
import type { AddedHeader } from './added-headers.ts';
import type { Source } from './config-parts.ts';
import { isNeeded } from './needed-header.ts';
import { type SecurityHeaders, securityHeadersOf } from './security-headers.ts';

/** Headers of all answers, refusals included. */
export interface AnswerHeaders extends SecurityHeaders {
  /** Headers that are added behind the lines that an answer has. */
  readonly added: readonly AddedHeader[];
  /** Headers that are removed from answers of the upstream. */
  readonly removed: readonly string[];
}

/** The headers of `modifier/response-headers` and of `security/http`. */
export function answerHeadersOf(source: Source): AnswerHeaders {
  const { service, serviceNotes } = source;
  const { always, overTls } = securityHeadersOf(source);
  const values = service['modifier/response-headers'] ?? {};
  const place = serviceNotes.at('modifier/response-headers');
  const { delete: removed = [] } = values;
  const isIn = (names: readonly string[], name: string) =>
    names.some((other) => other.toLowerCase() === name.toLowerCase());
  const replaced = Object.entries(Object(values.replace)).flatMap(([name, value]) => {
    const text: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (typeof text === 'string') return isIn(removed, name) ? [] : [[name, text] as const];
    place.at('replace').at(name).refuse('write one text for each header');
    return [];
  });
  const taken = [...replaced.map(([name]) => name), ...Object.keys({ ...always, ...overTls })];
  const added = Object.entries(Object(values.add)).flatMap(([name, given]) => {
    const own = place.at('add').at(name);
    if (isIn(taken, name)) {
      own.refuse(`another part of the document sets ${name}; take out one of them`);
    }
    return isIn(removed, name) ? [] : linesOf(own, name, given);
  });
  return { always: { ...Object.fromEntries(replaced), ...always }, added, overTls, removed };
}

function linesOf(notes: Notes, name: string, given: unknown): AddedHeader[] {
  const texts: unknown[] = [given].flat();
  if (!isFieldName(name)) notes.refuse('write the name of a header, like X-Hello');
  if (isNeeded(name.toLowerCase())) notes.refuse(`clients of MCP need ${name} as it is`);
  if (texts.length === 0) notes.refuse('write the values of the header');
  return texts.flatMap((text) => {
    if (typeof text === 'string' && isFieldValue(text)) return [[name, text] as const];
    notes.refuse('write texts that can stand in a header: ["World"]');
    return [];
  });
}
