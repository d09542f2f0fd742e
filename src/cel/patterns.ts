import { RE2JS } from '@bufbuild/re2';
import { BoundedMap } from '../lib/bounded-map.ts';
import { budget } from './budget.ts';

/** How many patterns are remembered as compiled. */
const MOST_PATTERNS = 1000;
/**
 * How many steps one character costs at least, and how many instructions of a pattern cost one step for each
 * character.
 */
const STEPS_PER_MATCHED_CHAR = 4;
const INSTRUCTIONS_PER_STEP = 10;
/** After how many characters a pattern is compiled anew, so that the engine forgets what it has cached. */
const MOST_CHARS_LEARNT = 100_000;

const compiled = new BoundedMap<string, Pattern>(MOST_PATTERNS);

/** A regular expression in the syntax of RE2, which takes a time that is linear in the text. */
class Pattern {
  readonly #source: string;
  /** At worst, each instruction is followed for each character: `a(a|b){900}c` has 2,700 instructions. */
  readonly #stepsPerChar: number;
  #pattern: RE2JS;
  #learnt = 0;

  constructor(source: string) {
    this.#source = source;
    this.#pattern = RE2JS.compile(source);
    const instructions = this.#pattern.re2().prog.numInst();
    this.#stepsPerChar = Math.max(STEPS_PER_MATCHED_CHAR, instructions / INSTRUCTIONS_PER_STEP);
  }

  /** Whether it matches somewhere in the text. */
  test(text: string): boolean {
    budget.spend(Math.ceil(this.#stepsPerChar * text.length));
    // The engine caches states for the texts that it has seen, and clients could make this cache grow. Its
    // `reset` does not clear it.
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
