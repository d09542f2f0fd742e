import type { CelEnv, CelFunc } from '@bufbuild/cel';
import { closest, distance } from 'fastest-levenshtein';
import type { Mistake } from './mistakes.ts';
import type { Expr, Parsed } from './tree.ts';
import type { Type } from './types.ts';

/** Names that are bound inside of a comprehension. */
export type Scope = ReadonlyMap<string, Type>;

/** What the check of an expression finds out about it. */
export class Findings {
  readonly #text: string;
  readonly #positions: Readonly<Record<string, number>>;
  readonly #env: CelEnv;
  readonly mistakes: Mistake[] = [];
  /** Parts that are allowed, though they can only ever deny. */
  readonly warnings: Mistake[] = [];
  /** The names that are used. */
  readonly names: Set<string> = new Set();
  /** The parts that read a member of the message, and where that is in the text. */
  readonly ofMessage: Map<bigint, number> = new Map();
  /** Whether the expression reads values that only the strict rules for arguments make clear. */
  seesArguments = false;

  constructor(text: string, { sourceInfo }: Parsed, env: CelEnv) {
    this.#text = text;
    this.#positions = sourceInfo?.positions ?? {};
    this.#env = env;
  }

  /**
   * The place of a part in the text. For a member, or a function behind a dot, it is where the name begins.
   */
  offsetOf({ id, exprKind }: Expr): number {
    const position = this.#positions[String(id)] ?? 0;
    const name = nameBehindDot(exprKind);
    if (name === undefined) return position;
    const behind = new RegExp(`\\.\\s*(?=${name}\\b)`, 'g');
    behind.lastIndex = position;
    return behind.exec(this.#text) === null ? position : behind.lastIndex;
  }

  refuse(at: Expr, what: string): void {
    this.mistakes.push({ offset: this.offsetOf(at), what });
  }

  warn(at: Expr, what: string): void {
    this.warnings.push({ offset: this.offsetOf(at), what });
  }

  overloadsOf(name: string): readonly CelFunc[] {
    return [...(this.#env.funcs.find(name) ?? [])];
  }

  /** The names of functions that can be written. */
  functionNames(isMethod: boolean): string[] {
    const all = [...this.#env.funcs].filter(({ target }) => (target !== undefined) === isMethod);
    return [...new Set(all.map(({ name }) => name))].filter((name) => /^\w+$/.test(name));
  }
}

function nameBehindDot({ case: kind, value }: Expr['exprKind']): string | undefined {
  if (kind === 'selectExpr') return value.field;
  return kind === 'callExpr' && value.target !== undefined ? value.function : undefined;
}

/** A hint at the known name that was probably meant; where none is near, a list of all of them. */
export function meant(given: string, known: readonly string[]): string {
  const near =
    known.find((name) => lettersOf(name) === lettersOf(given)) ??
    (known.length > 0 ? closest(given, [...known]) : undefined);
  return near !== undefined && isNear(given.toLowerCase(), near.toLowerCase())
    ? `${near} is probably meant`
    : `there are ${known.join(', ')}`;
}

function isNear(given: string, name: string): boolean {
  if (lettersOf(given) === lettersOf(name)) return true;
  return distance(given, name) <= (name.length > 4 ? 2 : 1);
}

/** The letters in alphabetical order: letters are often exchanged. */
function lettersOf(name: string): string {
  return [...name.toLowerCase()].toSorted((a, b) => (a < b ? -1 : 1)).join('');
}
