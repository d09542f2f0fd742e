import { ArgumentProblem } from './argument-problem.ts';

/** A text, number or boolean as text; objects and lists within one, which no style of OpenAPI covers, as JSON. */
export function scalarText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The value of an argument; undefined where it is absent. `null` counts as absent. */
export function argumentOf(args: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = Object.hasOwn(args, name) ? args[name] : undefined;
  return value === null ? undefined : value;
}

/** @throws {ArgumentProblem} for half of a surrogate pair, which has no encoding. */
export function wellFormed(text: string, argument: string): string {
  if (text.isWellFormed()) return text;
  throw new ArgumentProblem(`${JSON.stringify(argument)} has half of a surrogate pair in it`);
}
