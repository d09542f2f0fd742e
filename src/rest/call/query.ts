import { encodeValue } from '../../targets/template-value.ts';
import { isObject } from '../json.ts';
import type { QueryValue } from '../plan/request-plan.ts';
import { ArgumentProblem } from './argument-problem.ts';
import { argumentOf, scalarText, wellFormed } from './scalar.ts';

/** The query, without a question mark. It has the names of the plan, and no others. */
export function queryOf(
  plan: readonly QueryValue[],
  args: Readonly<Record<string, unknown>>,
): string[] {
  return plan.flatMap((value) => {
    const given = argumentOf(args, value.argument);
    return given === undefined ? [] : pairsOf(value, given);
  });
}

const SEPARATORS = { form: ',', spaceDelimited: '%20', pipeDelimited: '%7C', deepObject: ',' };

function pairsOf(value: QueryValue, given: unknown): string[] {
  const { name, argument, style, explode, isJson, allowReserved } = value;
  const encode = (text: string) => encoded(wellFormed(text, argument), allowReserved);
  const key = encodeValue(name);
  if (isJson) return [`${key}=${encode(JSON.stringify(given))}`];
  if (style === 'deepObject' && typeof given === 'object') return deepPairs(key, given, encode);
  if (Array.isArray(given)) {
    const items = given.map((item) => encode(scalarText(item)));
    if (items.length === 0) return [];
    if (explode) return items.map((item) => `${key}=${item}`);
    return [`${key}=${joined(items, value)}`];
  }
  if (!isObject(given)) return [`${key}=${encode(scalarText(given))}`];
  const members = Object.entries(given).filter(
    ([, member]) => member !== undefined && member !== null,
  );
  // The members would be parameters of any name.
  if (explode && value.members.size === 0) return deepPairs(key, given, encode);
  if (explode)
    return members.map(([member, one]) => `${memberKey(value, member)}=${encode(scalarText(one))}`);
  if (members.length === 0) return [];
  const flat = members.flatMap(([member, one]) => [encode(member), encode(scalarText(one))]);
  return [`${key}=${joined(flat, value)}`];
}

/** One value must not be taken for two: a delimiter in it looks like one between values. */
function joined(values: readonly string[], { style, argument }: QueryValue): string {
  const separator = SEPARATORS[style];
  if (values.some((one) => one.includes(separator))) {
    throw new ArgumentProblem(
      `a value of ${JSON.stringify(argument)} has the character in it that stands between values`,
    );
  }
  return values.join(separator);
}

/** The name of a member that is a parameter of its own. It has to be one that the plan knows. */
function memberKey({ members, argument }: QueryValue, member: string): string {
  if (members.has(member)) return encodeValue(member);
  throw new ArgumentProblem(
    `${JSON.stringify(argument)} may not have ${JSON.stringify(member.slice(0, 100))}`,
  );
}

/** How deep objects in a parameter may be. */
const MOST_DEPTH = 16;

/** `a[b]=1`, and `a[0][b]=1` for lists. */
export function deepPairs(
  key: string,
  value: unknown,
  encode: (text: string) => string,
  depth = 0,
): string[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') return [`${key}=${encode(scalarText(value))}`];
  if (depth === MOST_DEPTH) throw new ArgumentProblem('an object is nested too deep');
  return Object.entries(value).flatMap(([name, member]) =>
    deepPairs(`${key}%5B${encodeValue(wellFormed(name, 'a name'))}%5D`, member, encode, depth + 1),
  );
}

/** Delimiters of a path or a URL. To no server do they end a parameter, or begin another. */
const RESERVED_KEPT = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C)/g;

function encoded(text: string, allowReserved: boolean): string {
  const whole = encodeValue(text);
  return allowReserved ? whole.replace(RESERVED_KEPT, decodeURIComponent) : whole;
}
