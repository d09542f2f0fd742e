import type { CelFunc } from '@bufbuild/cel';

/**
 * What is known of a value before it is there. A `json` value comes from a message or from claims: a text, a
 * double, a bool, a list, a map or null. `dyn` may be anything.
 */
export type Type = string | ListType | MapType;

interface ListType {
  readonly list: Type;
}

interface MapType {
  /** The type of its members, where all have the same. */
  readonly map: Type;
  /** Its members, where they are known by name. */
  readonly fields?: Readonly<Record<string, Type>>;
}

/** The name of a type in CEL. */
export function nameOf(type: Type): string {
  if (typeof type !== 'string') return 'list' in type ? 'list' : 'map';
  if (type === 'null_type') return 'null';
  return type.replace(/^google\.protobuf\.(\w+)$/, (_name, kind: string) => kind.toLowerCase());
}

/** The name of a type with its article. */
export function aOf(type: Type): string {
  if (isOpen(type)) return 'a value of JSON';
  const name = nameOf(type);
  if (name === 'null') return name;
  return `${/^[aeiou]/.test(name) && name !== 'uint' ? 'an' : 'a'} ${name}`;
}

/** The type of an item, or of a member whose name is not known. */
export function elementOf(type: Type): Type | undefined {
  if (typeof type === 'string') return isOpen(type) ? type : undefined;
  return 'list' in type ? type.list : type.map;
}

/** Whether the type is known only when the value is there. */
export function isOpen(type: Type): boolean {
  return type === 'dyn' || type === 'json';
}

const OF_JSON: ReadonlySet<string> = new Set([
  'string',
  'double',
  'bool',
  'list',
  'map',
  'null_type',
  'dyn',
]);

/** The result of looking for an overload. */
export interface Call {
  /** `'never'`: a value of JSON, as it is, fits no overload. */
  readonly fits: boolean | 'never';
  readonly result: Type;
}

/** Finds the overloads that a call fits, and the type of what it gives. */
export function callType(
  overloads: Iterable<CelFunc>,
  target: Type | undefined,
  args: readonly Type[],
): Call {
  const given = [...(target === undefined ? [] : [target]), ...args];
  const candidates = [...overloads].filter(
    (func) =>
      (func.target === undefined) === (target === undefined) &&
      func.arguments.length === args.length,
  );
  const takes = (func: CelFunc) =>
    [...(func.target === undefined ? [] : [func.target]), ...func.arguments].map(
      ({ name }) => name,
    );
  const fitting = candidates.filter((func) =>
    takes(func).every((taken, i) => mayBe(given[i] as Type, taken)),
  );
  const result = new Set(fitting.map(({ result: { name } }) => name));
  const [only = 'dyn'] = result;
  const isClear = fitting.some((func) =>
    takes(func).every((taken, i) => isJsonFor(given[i] as Type, taken)),
  );
  return {
    fits: fitting.length > 0 && (isClear || 'never'),
    result: result.size === 1 ? typeNamed(only) : 'dyn',
  };
}

function typeNamed(name: string): Type {
  if (name === 'list') return { list: 'dyn' };
  return name === 'map' ? { map: 'dyn' } : name;
}

function mayBe(given: Type, taken: string): boolean {
  return taken === 'dyn' || isOpen(given) || plainName(given) === taken;
}

function isJsonFor(given: Type, taken: string): boolean {
  return given !== 'json' || OF_JSON.has(taken);
}

/** The name of a type in the library. */
function plainName(type: Type): string {
  return typeof type === 'string' ? type : nameOf(type);
}

/** Whether two values could be equal. */
export function mayEqual(left: Type, right: Type): boolean {
  if (isOpen(left) || isOpen(right)) return true;
  const [a, b] = [plainName(left), plainName(right)];
  if (NUMBERS.has(a) && NUMBERS.has(b)) return true;
  // The message and the principal are null where they are missing.
  if (a === 'null_type' || b === 'null_type') return a === b || a === 'map' || b === 'map';
  return a === b;
}

const NUMBERS: ReadonlySet<string> = new Set(['int', 'uint', 'double']);
