import { isFieldValue } from '../../http/field.ts';
import { isObject } from '../json.ts';
import type { HeaderValue } from '../plan/request-plan.ts';
import { ArgumentProblem } from './argument-problem.ts';
import { argumentOf, scalarText } from './scalar.ts';

/** The headers that arguments make. @throws {ArgumentProblem} for what cannot stand in a header. */
export function headersOf(
  plan: readonly HeaderValue[],
  args: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const value of plan) {
    const given = argumentOf(args, value.argument);
    if (given === undefined) continue;
    const text = textOf(value, given);
    if (!isFieldValue(text)) {
      throw new ArgumentProblem(
        `${JSON.stringify(value.argument)} has a character that no header may have`,
      );
    }
    headers[value.name.toLowerCase()] = text.trim();
  }
  return headers;
}

function textOf({ isJson, explode }: HeaderValue, given: unknown): string {
  if (isJson) return JSON.stringify(given);
  if (Array.isArray(given)) return given.map(scalarText).join(',');
  if (!isObject(given)) return scalarText(given);
  const between = explode ? '=' : ',';
  return Object.entries(given)
    .map(([name, one]) => name + between + scalarText(one))
    .join(',');
}
