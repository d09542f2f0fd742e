/** Printable ASCII without capitals: nothing to fold. */
const FOLDED = /^[ -@[-~]*$/;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const DOT = '\u0307';

/**
 * How long a name may be that is folded. What combining marks cost grows with the square of their
 * number, because `normalize` puts them in order.
 */
export const MAX_FOLD_LENGTH = 256;

/**
 * The form in which two spellings of a member's name meet that some reader takes for the same: case
 * (Go's encoding/json, CVE-2026-27896; System.Text.Json in its web defaults), Unicode compatibility
 * (a long s, the Kelvin sign, full-width letters), NUL (GHSA-q382-vc8q-7jhj) and what is invisible.
 *
 * @throws {RangeError} where the name is too long.
 */
export function foldMemberName(name: string): string {
  const lower = name.toLowerCase();
  if (isFolded(lower)) return lower;
  if (isTooLong(name)) throw new RangeError('A member name is too long to fold');
  // Upwards first: the dotless i and the final sigma meet the others only there.
  const folded = visible(name).normalize('NFKC').toUpperCase().toLowerCase();
  // Of a capital I with a dot the dot is left.
  return folded.includes(DOT) ? folded.replaceAll(`i${DOT}`, 'i') : folded;
}

/** Whether the name is its own folded form, told at a glance. */
export function isFolded(name: string): boolean {
  return FOLDED.test(name);
}

/** The name without what is invisible in it, which folds to the same. */
export function visible(name: string): string {
  return name.replace(INVISIBLE, '');
}

/**
 * How long the folded form is, at least, of a name that is too long to be folded after what is
 * invisible has gone: composition makes one of four units at most (Unicode, FAQ on normalization), and
 * the dot of a capital I goes as well.
 */
export const SHORTEST_OF_LONG: number = MAX_FOLD_LENGTH / 8;

/** Whether a name is too long to be folded. */
export function isTooLong(name: string): boolean {
  return name.length > MAX_FOLD_LENGTH;
}

/**
 * How many names of one document are folded. It costs so much that a megabyte of different ones would
 * hold up everybody else for a tenth of a second; who means well needs a few dozen.
 */
export const MAX_FOLDS = 5_000;

/** How long all of them may be together. */
export const MAX_FOLDED_CHARACTERS = 100_000;

/** Folds the names of one document, each once: lists repeat the names of their items. */
export class FoldedNames {
  readonly #folded = new Map<string, string>();
  #characters = 0;

  /** The folded form; undefined where the name is too long, or there are too many to fold. */
  fold(name: string): string | undefined {
    const known = this.#folded.get(name);
    if (known !== undefined) return known;
    if (isTooLong(name) || this.#folded.size === MAX_FOLDS) return undefined;
    this.#characters += name.length;
    if (this.#characters > MAX_FOLDED_CHARACTERS) return undefined;
    const folded = foldMemberName(name);
    this.#folded.set(name, folded);
    return folded;
  }
}
