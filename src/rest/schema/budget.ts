import { UntranslatableSchema } from './untranslatable-schema.ts';

const MOST_SCHEMAS = 10_000;
const MOST_CHARACTERS = 1024 * 1024;
const MOST_STEPS = 200_000;
const MAX_DEPTH = 100;

/**
 * How large one translation may become. References are inlined, so that a short document can stand for an
 * endless schema: ten schemas that each name the next one ten times are ten thousand million.
 */
export class Budget {
  #schemas = MOST_SCHEMAS;
  #characters = MOST_CHARACTERS;
  #steps = MOST_STEPS;

  /** Counts one more schema in the result. */
  schema(): void {
    this.#schemas -= 1;
    if (this.#schemas < 0) throw tooLarge(`${MOST_SCHEMAS} schemas`);
  }

  /** Checks how many schemas one stands in. */
  depth(depth: number, path = ''): void {
    if (depth > MAX_DEPTH) {
      throw new UntranslatableSchema(path, `its schemas are nested more than ${MAX_DEPTH} deep`);
    }
  }

  /** Counts more characters in the result. */
  characters(count: number): void {
    this.#characters -= count;
    if (this.#characters < 0) throw tooLarge(`${MOST_CHARACTERS} characters`);
  }

  /** Counts one more schema that was looked at. */
  step(): void {
    this.#steps -= 1;
    if (this.#steps < 0) throw tooLarge('what can be looked through');
  }
}

function tooLarge(bound: string): UntranslatableSchema {
  return new UntranslatableSchema('', `with its references inlined it is more than ${bound}`);
}
