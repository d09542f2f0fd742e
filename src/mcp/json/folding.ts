/** Printable ASCII without capitals: nothing to fold. */
const FOLDED = /^[ -@[-~]*$/;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const DOT = '\u0307';

/**
 * How long a name may be to be folded. The cost of combining marks grows with the square of their number,
 * because `normalize` puts them in order.
 */
export const MAX_FOLD_LENGTH = 256;

/**
 * The folded form of a member's name. It is the same for all spellings that some reader takes for the same
 * name. Readers ignore case (Go's encoding/json, CVE-2026-27896; System.Text.Json in its web defaults),
 * Unicode compatibility (a long s, the Kelvin sign, full-width letters), NUL (GHSA-q382-vc8q-7jhj) and
 * invisible characters.
 *
 * @throws {RangeError} where the name is too long.
 */
export function foldMemberName(name: string): string {
  const lower = name.toLowerCase();
  if (isFolded(lower)) return lower;
  if (isTooLong(name)) throw new RangeError('A member name is too long to fold');
  // To upper case first: only there the dotless i and the final sigma equal the other forms of their letters.
  const folded = visible(name).normalize('NFKC').toUpperCase().toLowerCase();
  // The lower case of a capital I with a dot is an i and a combining dot.
  return folded.includes(DOT) ? folded.replaceAll(`i${DOT}`, 'i') : folded;
}

/** Whether a quick check shows that the name is its own folded form. */
export function isFolded(name: string): boolean {
  return FOLDED.test(name);
}

/** The name without its invisible characters. Its folded form is the same. */
export function visible(name: string): string {
  return name.replace(INVISIBLE, '');
}

/**
 * The least length of the folded form of a name that is too long to be folded even without its invisible
 * characters. Composition makes one unit of at most four (Unicode, FAQ on normalization), and the dot of a
 * capital I is dropped as well.
 */
export const SHORTEST_OF_LONG: number = MAX_FOLD_LENGTH / 8;

/** Whether a name is too long to be folded. */
export function isTooLong(name: string): boolean {
  return name.length > MAX_FOLD_LENGTH;
}

/**
 * How many different names of one document are folded. Folding is slow: a megabyte of different names would
 * hold up all other requests for a tenth of a second. An honest client needs a few dozen.
 */
export const MAX_FOLDS = 5_000;

/** How many characters these names may have together. */
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
