import type { Source } from './config-parts.ts';
import { type SecurityHeaders, securityHeadersOf } from './security-headers.ts';

/** Headers that all answers have, those of refusals too. */
export interface AnswerHeaders extends SecurityHeaders {
  /** Those that no answer of the upstream brings. */
  readonly removed: readonly string[];
}

/** Those of `modifier/response-headers` and of `security/http`. */
export function answerHeadersOf(source: Source): AnswerHeaders {
  const { service, serviceNotes } = source;
  const { always, overTls } = securityHeadersOf(source);
  const values = service['modifier/response-headers'] ?? {};
  const place = serviceNotes.at('modifier/response-headers');
  const { delete: removed = [] } = values;
  const isRemoved = (name: string) =>
    removed.some((other) => other.toLowerCase() === name.toLowerCase());
  const own = new Map<string, string>();
  for (const key of ['add', 'replace'] as const) {
    for (const [name, value] of Object.entries(Object(values[key]))) {
      const text: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
      if (typeof text === 'string') own.set(name, text);
      else place.at(key).at(name).refuse('write one text for each header');
    }
  }
  const shown = [...own].filter(([name]) => !isRemoved(name));
  return { always: { ...Object.fromEntries(shown), ...always }, overTls, removed };
}
