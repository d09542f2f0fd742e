import type { celRule } from '../cel/cel.ts';
import type { patternFor } from '../cel/patterns.ts';

/** Makes rules from expressions, and compiles patterns of RE2. */
export interface CelSupport {
  readonly celRule: typeof celRule;
  readonly patternFor: typeof patternFor;
  /** The names of all functions of expressions. */
  readonly functions: ReadonlySet<string>;
}

/** Thrown where a document needs this support and it has not been given. */
export class CelNeeded extends Error {
  override readonly name = 'CelNeeded';
}

let support: CelSupport | undefined;

/**
 * Gives the support to the code that reads documents. That code does not import it, because it loads optional
 * packages, which a document without expressions and patterns does not need.
 */
export function supportCel(given: CelSupport): void {
  support = given;
}

/** @throws {CelNeeded} if `supportCel` was not called. */
export function celSupport(): CelSupport {
  if (support === undefined) throw new CelNeeded('expressions and patterns need @bufbuild/cel');
  return support;
}
