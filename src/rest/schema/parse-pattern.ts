/** A part of a pattern: a character, or alternatives of sequences, and how often it may come. */
export interface Repeated {
  readonly of: string | readonly Sequence[];
  readonly least: number;
  readonly most: number;
}

export type Sequence = readonly Repeated[];

const ANYTHING = String.raw`[\s\S]`;

/** An escape that stands for one character. */
const ESCAPE =
  /\\(?:k<[^>]*>|[1-9]\d*|[pP]\{[^}]*\}|u\{[^}]*\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[a-zA-Z]|[\s\S])/uy;
const CLASS = /\[(?:\\[\s\S]|[^\]\\])*\]/uy;
const OPENING = /\((?<kind>\?(?:[:=!]|<[=!]|<[^>]*>|[a-z-]*:))?/uy;
const QUANTIFIER = /(?:(?<sign>[*+?])|\{(?<least>\d+)(?<comma>,)?(?<most>\d+)?\})\??/uy;

/** Reads a pattern, which has to be valid in ECMA-262 with the flag `u`. */
export function parsePattern(pattern: string): readonly Sequence[] {
  return new Reader(pattern).alternatives();
}

class Reader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  alternatives(): Sequence[] {
    const all: Repeated[][] = [[]];
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ')') {
      if (this.#pattern[this.#at] === '|') {
        this.#at += 1;
        all.push([]);
      } else {
        const of = this.#atom();
        const times = this.#times();
        if (of !== undefined) all.at(-1)?.push({ of, ...times });
      }
    }
    return all;
  }

  #atom(): Repeated['of'] | undefined {
    const opening = this.#take(OPENING);
    if (opening !== undefined) {
      const alternatives = this.alternatives();
      this.#at += 1;
      // A lookaround takes no characters.
      const isLook = /^\?<?[=!]$/.test(opening.groups?.kind ?? '');
      return isLook ? [[{ of: alternatives, least: 0, most: 1 }]] : alternatives;
    }
    const [text = ''] = this.#take(CLASS) ?? this.#take(ESCAPE) ?? this.#take(/[\s\S]/uy) ?? [];
    if (text === '^' || text === '$' || text === String.raw`\b` || text === String.raw`\B`) {
      return undefined;
    }
    return /^\\(?:k<|[1-9])/.test(text) ? ANYTHING : text;
  }

  #times(): { least: number; most: number } {
    const { sign, least, comma, most } = this.#take(QUANTIFIER)?.groups ?? {};
    if (sign !== undefined) {
      return { least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Number.POSITIVE_INFINITY };
    }
    if (least === undefined) return { least: 1, most: 1 };
    const end = comma === undefined ? least : (most ?? Number.POSITIVE_INFINITY);
    return { least: Number(least), most: Number(end) };
  }

  #take(what: RegExp): RegExpExecArray | undefined {
    what.lastIndex = this.#at;
    const found = what.exec(this.#pattern);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }
}
