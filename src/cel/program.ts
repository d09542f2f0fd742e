import { type CelInput, type CelResult, isCelError, plan } from '@bufbuild/cel';
import { budget, OverBudget } from './budget.ts';
import { ENVIRONMENT } from './environment.ts';
import { HAS, STEP } from './functions/values.ts';
import { callOf, countParts, type Expr, intAt, type Parsed, partsOf, textAt } from './tree.ts';

/** What the names in an expression stand for. */
export type Bindings = Readonly<Record<string, CelInput>>;

/** The result of an evaluation: true, false, or the reason for neither. */
export type Outcome = boolean | Failure;

/** Why an expression gave neither true nor false. */
export interface Failure {
  /**
   * `'absent'`: a value that it reads is not there. `'budget'`: it takes too long. `'value'`: it gave
   * something else than true or false. `'error'`: any other.
   */
  readonly kind: 'absent' | 'budget' | 'value' | 'error';
  /** The reason for observers. It holds nothing of what a client sent. */
  readonly text: string;
  /** The part that failed, if that is known, and where it is in the text. */
  readonly part: bigint | undefined;
  readonly offset: number | undefined;
  /** What the library says, which may quote a value. */
  readonly message: string;
}

/**
 * Makes an expression ready to be evaluated, within the budget. Changes the tree, so that no other code may
 * use it afterwards.
 *
 * @returns The function that evaluates it; it throws where that takes too many steps.
 */
export function evaluator({ expr }: Parsed): (bindings: Bindings) => CelResult {
  prepare(expr);
  const evaluate = plan(ENVIRONMENT, expr);
  return (bindings) => budget.limit(() => evaluate(bindings));
}

/** An expression that has been checked, ready to be asked. */
export class Program {
  readonly #evaluate: (bindings: Bindings) => CelResult;
  readonly #positions: Readonly<Record<string, number>>;

  /** Changes the tree, so that no other code may use it afterwards. */
  constructor(parsed: Parsed) {
    this.#evaluate = evaluator(parsed);
    this.#positions = parsed.sourceInfo?.positions ?? {};
  }

  /** Never throws. */
  ask(bindings: Bindings): Outcome {
    try {
      const result = this.#evaluate(bindings);
      if (typeof result === 'boolean') return result;
      return isCelError(result) ? this.#failureOf(result) : NO_BOOLEAN;
    } catch (error) {
      const kind = error instanceof OverBudget ? 'budget' : 'error';
      return failure(kind, { text: textOf(error), message: String(error) });
    }
  }

  #failureOf({ message, exprId }: { message: string; exprId: bigint | undefined }): Failure {
    const kind = ABSENT.test(message) ? 'absent' : 'error';
    const text = kind === 'absent' ? 'what it reads is not there' : textOf({ message });
    const offset = this.#positions[String(exprId)];
    return failure(kind, { text, message, part: exprId, offset });
  }
}

const NO_BOOLEAN: Failure = failure('value', { text: 'it gave neither true nor false' });

/** What the library says where a value is absent. The last text is for a key that is not there. */
const ABSENT =
  /^(?:field not found|unresolved attribute|index \S+ out of bounds|unsupported key type$)/;

/** Messages that observers may be told, because none of them quotes a value. */
const TOLD =
  /^(?:found no matching overload for|type mismatch|(?:int|uint) (?:divide|modulus) by zero$)|overflow during/;

function textOf(error: unknown): string {
  const { message } = Object(error) as { readonly message?: unknown };
  if (error instanceof OverBudget) return error.message;
  return typeof message === 'string' && TOLD.test(message) ? message : 'it failed';
}

function failure(
  kind: Failure['kind'],
  {
    text,
    message = text,
    part = undefined,
    offset = undefined,
  }: Partial<Failure> & Pick<Failure, 'text'>,
): Failure {
  return { kind, text, message, part, offset };
}

/**
 * Makes `has(x.y)` true where `y` is null; with the library it is false. Each element of a comprehension then
 * costs as many steps as its condition and its step have parts. The cost is in the condition, so that the
 * comprehension ends once the budget is spent: an error in the condition ends it, but `all` and `exists`
 * ignore errors elsewhere.
 */
function prepare(expr: Expr): void {
  for (const part of partsOf(expr)) prepare(part);
  const { exprKind } = expr;
  if (exprKind.case === 'selectExpr' && exprKind.value.testOnly) {
    const { field, operand } = exprKind.value;
    expr.exprKind = callOf(HAS, [textAt(expr, field), operand as Expr]);
  } else if (exprKind.case === 'comprehensionExpr') {
    const { value } = exprKind;
    const condition = value.loopCondition as Expr;
    const cost = countParts(condition) + countParts(value.loopStep as Expr);
    const exprKindOfStep = callOf(STEP, [condition, intAt(expr, cost)]);
    value.loopCondition = { $typeName: 'cel.expr.Expr', id: expr.id, exprKind: exprKindOfStep };
  }
}
