import type { parse } from '@bufbuild/cel';

/** An expression as it was parsed. */
export type Parsed = ReturnType<typeof parse>;

/** A part of an expression. */
export type Expr = Parsed['expr'];

/** The parts inside of a part, in the order of evaluation. */
export function partsOf({ exprKind }: Expr): Expr[] {
  return candidates(exprKind).filter((part) => part !== undefined);
}

function candidates({ case: kind, value }: Expr['exprKind']): (Expr | undefined)[] {
  switch (kind) {
    case 'selectExpr':
      return [value.operand];
    case 'callExpr':
      return [value.target, ...value.args];
    case 'listExpr':
      return value.elements;
    case 'structExpr':
      return value.entries.flatMap(({ keyKind, value: entry }) => [
        keyKind.case === 'mapKey' ? keyKind.value : undefined,
        entry,
      ]);
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = value;
      return [iterRange, accuInit, loopCondition, loopStep, result];
    }
    default:
      return [];
  }
}

/** How many parts there are, the expression itself included. */
export function countParts(expr: Expr): number {
  return partsOf(expr).reduce((sum, part) => sum + countParts(part), 1);
}

/** The text of a part that is a text; undefined for other parts. */
export function literalText(expr: Expr | undefined): string | undefined {
  if (expr?.exprKind.case !== 'constExpr') return undefined;
  const { constantKind } = expr.exprKind.value;
  return constantKind.case === 'stringValue' ? constantKind.value : undefined;
}

/** Makes a part that is a text. Its place is that of `at`. */
export function textAt(at: Expr, value: string): Expr {
  return constantAt(at, { case: 'stringValue', value });
}

/** Makes a part that is a whole number. Its place is that of `at`. */
export function intAt(at: Expr, value: number): Expr {
  return constantAt(at, { case: 'int64Value', value: BigInt(value) });
}

/** Makes the contents of a part that is a call. */
export function callOf(name: string, args: Expr[]): Expr['exprKind'] {
  return {
    case: 'callExpr',
    value: { $typeName: 'cel.expr.Expr.Call', function: name, args },
  };
}

type Constant = Extract<Expr['exprKind'], { case: 'constExpr' }>['value']['constantKind'];

function constantAt({ $typeName, id }: Expr, constantKind: Constant): Expr {
  const value = { $typeName: 'cel.expr.Constant' as const, constantKind };
  return { $typeName, id, exprKind: { case: 'constExpr', value } };
}
