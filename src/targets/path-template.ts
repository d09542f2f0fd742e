import { NAME_IN_PATH, NAME_IN_QUERY } from './names.ts';
import type { TemplateValues } from './target.ts';

/** Path and query of a target that has names in them. */
export class PathTemplate {
  /** Text and names in turn; a text comes first and last. */
  readonly #parts: readonly string[];

  constructor({ pathname, search }: URL) {
    const path = pathname.split(NAME_IN_PATH);
    const query = search.split(NAME_IN_QUERY);
    this.#parts = [...path.slice(0, -1), `${path.at(-1)}${query[0]}`, ...query.slice(1)];
  }

  /** Path and query with these values. @throws {Error} where there is no value for a name. */
  fill(values: TemplateValues | undefined): string {
    return this.#parts.map((part, i) => (i % 2 === 0 ? part : valueFor(part, values))).join('');
  }
}

/** The value for a name. Without one it throws: an empty segment would be another path. */
function valueFor(name: string, values: TemplateValues | undefined): string {
  const value = values?.get(name);
  if (value === undefined) throw new Error(`There is no value for {${name}} in the target`);
  return value;
}
