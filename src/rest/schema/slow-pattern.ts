import { parsePattern, type Repeated, type Sequence } from './parse-pattern.ts';
import { type Graph, hasTwoWaysBack, TOO_MANY } from './two-ways-back.ts';

const MOST_POSITIONS = 500;
const MOST_STEPS = 10_000;
const MOST_COPIES = 8;

/**
 * Whether a pattern may take time that doubles with each character of a text, as `(a+)+` and `(a|a)*` do: a
 * client that sends the text could block the process. A pattern is slow where there are two ways from a place
 * in it back to the same place with the same characters. A pattern that is too long to be checked counts as
 * slow. Patterns that take the square of the length are not looked for.
 *
 * @see Weber and Seidl, "On the degree of ambiguity of finite automata": the criterion is their EDA, and the
 * automaton of positions is Glushkov's.
 */
export function isSlow(pattern: string): boolean {
  const positions = new Positions();
  try {
    positions.alternatives(parsePattern(pattern));
    return positions.isAmbiguous || hasTwoWaysBack(positions.graph());
  } catch (error) {
    if (error === TOO_MANY) return true;
    throw error;
  }
}

/** A part of a pattern: the positions where it may begin and end. */
interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly canBeEmpty: boolean;
}

const EMPTY: Part = { first: [], last: [], canBeEmpty: true };

/** The characters of a pattern, each at its position, and the positions that may follow each. */
class Positions {
  /** Whether two repetitions lead from one position to the next. */
  isAmbiguous = false;
  readonly #characters: Set<number>[] = [];
  #steps = 0;
  readonly #next: Set<number>[] = [];

  alternatives(all: readonly Sequence[]): Part {
    const parts = all.map((sequence) => this.#sequence(sequence));
    return {
      first: parts.flatMap(({ first }) => first),
      last: parts.flatMap(({ last }) => last),
      canBeEmpty: parts.some(({ canBeEmpty }) => canBeEmpty),
    };
  }

  #sequence(sequence: Sequence): Part {
    let before = EMPTY;
    for (const repeated of sequence) before = this.#then(before, this.#repeated(repeated));
    return before;
  }

  #then(before: Part, after: Part): Part {
    this.#join(before.last, after.first);
    return {
      first: before.canBeEmpty ? [...before.first, ...after.first] : before.first,
      last: after.canBeEmpty ? [...before.last, ...after.last] : after.last,
      canBeEmpty: before.canBeEmpty && after.canBeEmpty,
    };
  }

  #repeated({ of, least, most }: Repeated): Part {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) throw TOO_MANY;
    const copies = Math.min(Math.max(least, Number.isFinite(most) ? most : 1, 1), MOST_COPIES);
    const ends = new Set<number>();
    let all = EMPTY;
    for (let copy = 1; copy <= copies; copy += 1) {
      const made = typeof of === 'string' ? this.#character(of) : this.alternatives(of);
      // More repetitions than there are copies count as endlessly many.
      if (copy === copies && most > copies) this.#join(made.last, made.first);
      all = this.#then(all, made);
      if (copy >= least || copy === copies) for (const end of all.last) ends.add(end);
    }
    if (most === 0) return EMPTY;
    return { ...all, last: [...ends], canBeEmpty: all.canBeEmpty || least === 0 };
  }

  #character(pattern: string): Part {
    if (this.#next.length >= MOST_POSITIONS) throw TOO_MANY;
    const at = this.#next.length;
    this.#characters.push(charactersOf(pattern));
    this.#next.push(new Set());
    return { first: [at], last: [at], canBeEmpty: false };
  }

  #join(last: readonly number[], first: readonly number[]): void {
    for (const from of last) {
      for (const to of first) {
        if (this.#next[from]?.has(to)) this.isAmbiguous = true;
        this.#next[from]?.add(to);
      }
    }
  }

  graph(): Graph {
    return { next: this.#next.map((next) => [...next]), characters: this.#characters };
  }
}

/** Samples that stand for all characters: those of Latin scripts, and one of some others. */
const SAMPLES = [...Array(0x180).keys(), 0x3b1, 0x416, 0x5d0, 0x2028, 0x4e00, 0x1f600];

const known = new Map<string, Set<number>>();

function charactersOf(pattern: string): Set<number> {
  const found = known.get(pattern);
  if (found !== undefined) return found;
  const one = new RegExp(`^(?:${pattern})$`, 'u');
  const made = new Set(SAMPLES.filter((sample) => one.test(String.fromCodePoint(sample))));
  if (known.size < MOST_POSITIONS) known.set(pattern, made);
  return made;
}
