import { RE2JS } from '@bufbuild/re2';
import { BoundedMap } from '../lib/bounded-map.ts';

/** How many patterns are remembered as compiled. */
const MOST_PATTERNS = 1000;
/** After how many characters the engine forgets what it has learnt of a pattern. */
const MOST_CHARS_LEARNT = 100_000;

const compiled = new BoundedMap<string, Pattern>(MOST_PATTERNS);

/** A regular expression in the syntax of RE2, which takes a time that is linear in the text. */
class Pattern {
  readonly #source: string;
  #pattern: RE2JS;
  #learnt = 0;

  constructor(source: string) {
    this.#source = source;
    this.#pattern = RE2JS.compile(source);
  }

  /** Whether it matches somewhere in the text. */
  test(text: string): boolean {
    // The engine keeps states of what it has seen, and clients could make them grow. Its `reset` keeps them.
    this.#learnt += text.length;
    if (this.#learnt > MOST_CHARS_LEARNT) {
      this.#pattern = RE2JS.compile(this.#source);
      this.#learnt = text.length;
    }
    return this.#pattern.test(text);
  }
}

/**
 * The compiled pattern.
 *
 * @throws {Error} that says what is wrong with it.
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function patternFor(source: string): Pattern {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const pattern = new Pattern(source);
  compiled.set(source, pattern);
  return pattern;
}
