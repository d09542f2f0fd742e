import { encodeValue, valueProblem } from '../../targets/template-value.ts';
import { isObject } from '../json.ts';
import type { PathValue, RequestPlan } from '../plan/request-plan.ts';
import { ArgumentProblem } from './argument-problem.ts';
import { argumentOf, scalarText } from './scalar.ts';

/**
 * The path with its values. Each value is encoded as a whole, so that it is one segment or a part of one. A
 * value that servers could take for another path, however often it is encoded, is not sent at all.
 *
 * @throws {ArgumentProblem} for such a value, an empty one, and one that is absent.
 */
export function pathOf(plan: RequestPlan['path'], args: Readonly<Record<string, unknown>>): string {
  const path = plan
    .map((part) => (typeof part === 'string' ? part : valueText(part, args)))
    .join('');
  for (const segment of path.split('/')) {
    if (/[.%]/.test(segment)) checkTogether(segment);
  }
  return path;
}

/** Values that are harmless alone can lead elsewhere together, or beside a text of the plan. */
function checkTogether(segment: string): void {
  const problem = valueProblem(decoded(segment));
  if (problem === undefined) return;
  throw new ArgumentProblem(`a part of the path that the arguments make ${problem}`);
}

/** A text of the plan may encode bytes that are no UTF-8. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function valueText(value: PathValue, args: Readonly<Record<string, unknown>>): string {
  const { argument, name, style, explode, isJson } = value;
  const given = argumentOf(args, argument);
  if (isJson) return checked(JSON.stringify(given), argument);
  const parts = Array.isArray(given) ? given.map(scalarText) : undefined;
  const pairs = isObject(given)
    ? Object.entries(given).map(([key, one]) => [key, scalarText(one)] as const)
    : undefined;
  const encode = (text: string) => checked(text, argument);
  const separator = explode ? { simple: ',', label: '.', matrix: `;${name}=` }[style] : ',';
  const prefix = {
    simple: '',
    label: '.',
    matrix: explode && pairs ? ';' : `;${encodeValue(name)}=`,
  }[style];
  if (parts !== undefined) {
    if (parts.length === 0) throw new ArgumentProblem(`${JSON.stringify(argument)} is empty`);
    return prefix + parts.map(encode).join(separator);
  }
  if (pairs !== undefined) {
    if (pairs.length === 0) throw new ArgumentProblem(`${JSON.stringify(argument)} is empty`);
    const between = explode ? '=' : ',';
    const after = explode ? { simple: ',', label: '.', matrix: ';' }[style] : ',';
    return prefix + pairs.map(([key, one]) => encode(key) + between + encode(one)).join(after);
  }
  return prefix + encode(given === undefined ? '' : scalarText(given));
}

function checked(text: string | undefined, argument: string): string {
  const problem = valueProblem(text);
  if (problem === undefined) return encodeValue(text as string);
  throw new ArgumentProblem(`${JSON.stringify(argument)} ${problem}, and stands in the path`);
}
