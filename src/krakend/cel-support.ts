import type { celRule } from '../cel/cel.ts';
import type { patternFor } from '../cel/patterns.ts';

/** What makes rules of expressions, and patterns of RE2. */
export interface CelSupport {
  readonly celRule: typeof celRule;
  readonly patternFor: typeof patternFor;
  /** The names of all functions of expressions. */
  readonly functions: ReadonlySet<string>;
}

/** Thrown where a document needs it and it is not there. */
export class CelNeeded extends Error {
  override readonly name = 'CelNeeded';
}

let support: CelSupport | undefined;

/**
 * Gives it to whoever reads documents. It is given by hand because it loads optional packages, which a document
 * without expressions and patterns does not need.
 */
export function supportCel(given: CelSupport): void {
  support = given;
}

/** @throws {CelNeeded} if nobody has given it. */
export function celSupport(): CelSupport {
  if (support === undefined) throw new CelNeeded('expressions and patterns need @bufbuild/cel');
  return support;
}
