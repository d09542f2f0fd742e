import { celSupport } from '../cel-support.ts';
import type { Notes } from '../notes.ts';
import type { CelValues } from '../table/in-both.ts';
import type { PoliciesValues } from '../table/policies.ts';

/** An expression of a document. */
export interface Expression {
  /** The notes at the expression. */
  readonly notes: Notes;
  readonly text: string;
  /** The name by which observers know it. */
  readonly name: string;
}

/** The expressions of `validation/cel`. */
export function celExpressions(
  notes: Notes,
  expressions: readonly CelValues[] | undefined,
): Expression[] {
  if (expressions?.length === 0) notes.refuse('an empty list checks nothing; write an expression');
  return (expressions ?? []).flatMap(({ check_expr: text }, i) => {
    const own = notes.at(i).at('check_expr');
    if (text !== undefined) return [{ notes: own, text, name: `cel[${i}]` }];
    own.refuse('write the expression');
    return [];
  });
}

/** The expressions of `security/policies`. */
export function policyExpressions(
  notes: Notes,
  values: PoliciesValues | undefined,
  hasToken: boolean,
): Expression[] {
  if (values === undefined) return [];
  const { req, jwt } = values;
  if (req === undefined && jwt === undefined) notes.refuse('it checks nothing; write req or jwt');
  if (jwt !== undefined && !hasToken) {
    notes.at('jwt').refuse('KrakenD skips these without auth/validator; write that too');
  }
  if (req?.error !== undefined) {
    notes
      .at('req')
      .at('error')
      .warn('what a policy refuses is 403 here, with the body of this package');
  }
  return (['req', 'jwt'] as const).flatMap((part) => {
    const { policies: texts = [] } = values[part] ?? {};
    const place = notes.at(part).at('policies');
    if (values[part] !== undefined && texts.length === 0) place.refuse('write an expression');
    return texts.flatMap((text, i) => {
      const own = { notes: place.at(i), text, name: `policies.${part}[${i}]` };
      return hasMacro(own) ? [] : [own];
    });
  });
}

/** The macros of the CEL standard, which are no functions. */
const MACROS: readonly string[] = ['has', 'all', 'exists', 'exists_one', 'filter', 'map'];

/** Whether an expression calls a macro that only KrakenD Enterprise has. It notes such calls. */
function hasMacro({ notes, text }: Expression): boolean {
  const names = [...withoutTexts(text).matchAll(/([A-Za-z_]\w*)\s*\(/g)].map(([, name]) => name);
  const { functions } = celSupport();
  const unknown = new Set(
    names.filter((name = '') => !functions.has(name) && !MACROS.includes(name)),
  );
  for (const name of unknown) {
    notes.refuse(
      `${name} is no function of CEL; macros of KrakenD Enterprise do not run here, write what it does with the functions of CEL`,
    );
  }
  return unknown.size > 0;
}

/** The code of an expression, with all texts in it emptied. */
export function withoutTexts(expression: string): string {
  return expression.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, '""');
}
