import { patternFor } from './patterns.ts';
import { type Expr, literalText } from './tree.ts';
import { aOf, callType, isOpen, mayEqual, nameOf, type Type } from './types.ts';
import { type Findings, meant } from './walk.ts';

/** A call whose parts have been checked. */
export interface CheckedCall {
  readonly at: Expr;
  readonly name: string;
  readonly target: Type | undefined;
  readonly args: readonly Type[];
  /** The last argument as it is written. */
  readonly last: Expr | undefined;
}

/** Operators that take conditions. */
const LOGIC: ReadonlySet<string> = new Set(['_&&_', '_||_', '!_', '@not_strictly_false']);

/** The type of what a call gives. It notes mistakes in `findings`. */
export function resultOf(call: CheckedCall, findings: Findings): Type {
  const { at, name, target, args } = call;
  if (LOGIC.has(name)) {
    for (const arg of args) mustBeBool(at, arg, findings);
    return 'bool';
  }
  if (name === '_==_' || name === '_!=_') {
    mustBeComparable(call, findings);
    return 'bool';
  }
  if (name === 'matches') checkPattern(call, findings);
  const overloads = findings.overloadsOf(name);
  const { fits, result } = callType(overloads, target, args);
  if (fits === false) findings.refuse(at, noOverload(call));
  if (fits === 'never') findings.warn(at, noOverload(call));
  return result;
}

/** A call of which only the name is checked. */
interface NamedCall {
  readonly at: Expr;
  readonly name: string;
  readonly isMethod: boolean;
  /** How many arguments it has. */
  readonly count: number;
}

/** Whether there is such a function. If not, it notes that in `findings`. */
export function isKnown(call: NamedCall, findings: Findings): boolean {
  const { at, name, isMethod } = call;
  const isOperator = !/^\w*[a-z]\w*$/i.test(name);
  const overloads = findings.overloadsOf(name);
  if (isOperator || overloads.some(({ target }) => (target !== undefined) === isMethod))
    return true;
  findings.refuse(at, unknown(call, findings));
  return false;
}

/** Notes a type that cannot be a condition. */
export function mustBeBool(at: Expr, type: Type, findings: Findings): void {
  if (isOpen(type) || type === 'bool') return;
  findings.refuse(at, `${aOf(type)} stands where a condition belongs`);
}

function mustBeComparable(
  { at, args: [left = 'dyn', right = 'dyn'] }: CheckedCall,
  findings: Findings,
): void {
  if (mayEqual(left, right)) return;
  const names = [nameOf(left), nameOf(right)];
  const hint = names.includes('null') ? 'ask has(…) whether it is there' : 'they are never equal';
  findings.refuse(at, `${aOf(left)} is compared with ${aOf(right)}: ${hint}`);
}

function checkPattern({ at, last }: CheckedCall, findings: Findings): void {
  const pattern = literalText(last);
  if (pattern === undefined) {
    findings.refuse(
      last ?? at,
      'matches takes a pattern that is written out, so that no client can make it costly',
    );
    return;
  }
  try {
    patternFor(pattern);
  } catch (error) {
    const why = String((error as Error).message).replace(/^error parsing regexp: /, '');
    findings.refuse(last ?? at, `this is no pattern of RE2, which has no lookaround: ${why}`);
  }
}

const MACROS = ['all', 'exists', 'exists_one', 'filter', 'map'];

/** Names that functions have in other languages, each with a hint. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  any: 'exists is probably meant',
  count: 'size is probably meant',
  includes: 'contains is probably meant',
  indexOf: 'contains is probably meant',
  len: 'size is probably meant',
  length: 'size is probably meant',
  lower: "matches('(?i)…') ignores case",
  lowerAscii: "matches('(?i)…') ignores case",
  match: 'matches is probably meant',
  not: 'write ! for not',
  regex: 'matches is probably meant',
  some: 'exists is probably meant',
  every: 'all is probably meant',
  split: 'matches tells parts of a text apart',
  test: 'matches is probably meant',
  toLowerCase: "matches('(?i)…') ignores case",
  upperAscii: "matches('(?i)…') ignores case",
};

function unknown({ name, isMethod, count }: NamedCall, findings: Findings): string {
  if (isMethod && MACROS.includes(name)) {
    return `${name} takes the name of a variable and an expression: list.${name}(x, …)`;
  }
  const known = [...findings.functionNames(isMethod), ...(isMethod ? MACROS : ['has'])];
  const others = findings.functionNames(!isMethod);
  if (others.includes(name)) {
    const first = isMethod ? `${name}(…)` : `x.${name}(${count > 1 ? 'y' : ''})`;
    return `${name} is called as ${first}`;
  }
  const hint = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : meant(name, known);
  return `there is no function ${name}; ${hint}`;
}

function noOverload({ name, target, args }: CheckedCall): string {
  const types = args.map((type) => (isOpen(type) ? 'JSON' : nameOf(type)));
  const operator = /^@?_?([^\w@]+|in)_?$/.exec(name)?.[1];
  const subject = operator ?? `${target === undefined ? '' : `${nameOf(target)}.`}${name}`;
  return `${subject} does not take ${args.map(aOf).join(' and ') || 'nothing'}${hintFor(operator, types) || hintForList(name, target)}`;
}

function hintForList(name: string, target: Type | undefined): string {
  const isList = target !== undefined && nameOf(target) === 'list';
  return isList && name === 'contains' ? ': write x in list' : '';
}

function hintFor(operator: string | undefined, types: readonly string[]): string {
  if (operator === 'in' && types[1] === 'string') return ': write text.contains(part)';
  const time = types.find((type) => type === 'timestamp' || type === 'duration');
  if (time !== undefined && types.some((type) => OF_TIME.has(type))) return `: write ${time}(x)`;
  const isDouble = types.some((type) => type === 'double' || type === 'JSON');
  if (operator === '%' && isDouble) return ': numbers of JSON are doubles, write int(x) % 2';
  if (operator !== undefined && isDouble && types.includes('int')) {
    return `: numbers of JSON are doubles, write x ${operator} 1.0, or int(x) ${operator} 1`;
  }
  if (operator !== undefined && types.includes('string') && types.some(isNumber)) {
    return ': write int(x), double(x) or string(x) where a text and a number meet';
  }
  return '';
}

/** Types that a time or a duration can be made of. */
const OF_TIME: ReadonlySet<string> = new Set(['JSON', 'string', 'int']);

function isNumber(type: string): boolean {
  return type === 'int' || type === 'uint' || type === 'double';
}
