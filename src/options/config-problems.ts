import { closest, distance } from 'fastest-levenshtein';
import { factoryName } from './factories.ts';
import {
  type ConfigProblem,
  type ConfigProblemCode,
  configProblem,
  GatewayConfigError,
} from './gateway-config-error.ts';

/**
 * Reads a configuration; throws all its mistakes at once if there are any. A reader notes what is wrong, and
 * gives `undefined` only where it has noted something.
 *
 * @param of - The name of the function that takes the configuration, for the error.
 */
export function checkConfig<T>(of: string, read: (problems: ConfigProblems) => T | undefined): T {
  const found: ConfigProblem[] = [];
  const settings = read(new ConfigProblems(found, ''));
  if (found.length > 0) throw new GatewayConfigError(of, found);
  return settings as T;
}

interface ListRules {
  readonly atLeast?: number;
  readonly orOne?: boolean;
  readonly mayBeSecret?: boolean;
}

/**
 * Where a reader notes the mistakes that it finds. It stands at the option that is read, so that no
 * reader has to know under which name it is read: `read(problems.at('cors'), config.cors)`.
 */
export class ConfigProblems {
  readonly #found: ConfigProblem[];
  /** The path of the option at which it stands. */
  readonly path: string;

  constructor(found: ConfigProblem[], path: string) {
    this.#found = found;
    this.path = path;
  }

  /** The same, one step further: at a member of an object, or at an item of a list. */
  at(key: string | number): ConfigProblems {
    return new ConfigProblems(this.#found, join(this.path, key));
  }

  /** Notes that `given` stands where `expected` belongs; where nothing stands, it is `'missing'`. */
  add(given: unknown, expected: string, code: ConfigProblemCode = 'invalid_value'): void {
    this.#note(show(given), expected, given === undefined ? 'missing' : code);
  }

  /** Notes that a value which may be a secret is not what belongs there. */
  addSecret(given: unknown, expected: string, code: ConfigProblemCode = 'invalid_value'): void {
    this.#note(describe(given), expected, given === undefined ? 'missing' : code);
  }

  /** Notes a number that is not within its bounds, or what is no number. */
  addNumber(given: unknown, expected: string): void {
    this.add(given, expected, typeof given === 'number' ? 'out_of_range' : 'wrong_type');
  }

  #note(given: string, expected: string, code: ConfigProblemCode): void {
    this.#found.push(configProblem({ path: this.path, code, given, expected }));
  }

  /** Notes a function of the package in place of what it returns; gives whether it is one. */
  notCalled(value: unknown): boolean {
    const name = factoryName(value);
    if (name === undefined) return false;
    const expected = `what it returns: call it, as ${name}(…)`;
    this.#note(`the function ${name} itself`, expected, 'not_called');
    return true;
  }

  /** Reads the entries of an object whose keys are the user's. */
  entries(
    value: unknown,
    {
      atLeast = 0,
      expected = 'an object with entries',
    }: { readonly atLeast?: number; readonly expected?: string } = {},
  ): [key: string, value: unknown][] {
    if (!this.#isObject(value)) return [];
    if (Object.prototype.toString.call(value) === '[object Object]') {
      const entries = Object.entries(value);
      if (entries.length < atLeast) this.addSecret(value, expected, 'missing');
      return entries;
    }
    // A Map or Headers has no entries of its own: all of them would be missing without a word.
    this.addSecret(value, 'a plain object', 'wrong_type');
    return [];
  }

  #isObject(value: unknown, expected = 'an object'): value is object {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return true;
    if (this.notCalled(value)) return false;
    this.addSecret(value, expected, 'wrong_type');
    return false;
  }

  /**
   * Notes every key of `options` that is not one of `known`. Returns whether `options` is an object
   * at all, so that the caller may look further. `hints` says what people mean by names that they know
   * from elsewhere: an option, or what to do. `example` is shown where there is no object.
   */
  keys(
    options: unknown,
    known: readonly string[],
    example: string,
    hints: Readonly<Record<string, string>> = {},
  ): options is object {
    if (!this.#isObject(options, `an object like ${example}`)) return false;
    for (const key of Object.keys(options)) {
      if (known.includes(key)) continue;
      const hint = Object.hasOwn(hints, key) ? hints[key] : undefined;
      const path = join(this.path, key);
      const problem = { path, code: 'unknown_option', ...unknownOption(key, known, hint) } as const;
      this.#found.push(configProblem(problem));
    }
    return true;
  }

  /**
   * Reads a list; notes and leaves out every item that is none of the kind. `orOne`: one item alone counts as
   * a list. `mayBeSecret`: problems do not show the items.
   */
  list<T>(
    value: unknown,
    isItem: (item: unknown) => item is T,
    expected: string,
    { atLeast = 0, orOne = false, mayBeSecret = false }: ListRules = {},
  ): T[] {
    const note = mayBeSecret ? 'addSecret' : 'add';
    const isGood = (problems: ConfigProblems, item: unknown): item is T => {
      if (problems.notCalled(item)) return false;
      const fits = isItem(item);
      if (!fits) problems[note](item, expected);
      return fits;
    };
    if (Array.isArray(value) && value.length >= atLeast) {
      return [...value].filter((item, i) => isGood(this.at(i), item));
    }
    if (orOne && !Array.isArray(value)) return isGood(this, value) ? [value] : [];
    const code = Array.isArray(value) ? 'missing' : 'wrong_type';
    this[note](value, `a list, and in it ${expected}`, code);
    return [];
  }

  /** Notes a callback that is neither off nor a function. */
  callback(value: unknown): void {
    if (this.notCalled(value)) return;
    if (value !== false && typeof value !== 'function') this.add(value, 'a function', 'wrong_type');
  }

  /** Notes what is neither `true` nor `false`. */
  flag(value: unknown): void {
    if (typeof value !== 'boolean') this.add(value, 'true or false', 'wrong_type');
  }
}

function join(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** What a problem says of an option that does not exist. */
function unknownOption(
  key: string,
  known: readonly string[],
  hint: string | undefined,
): Pick<ConfigProblem, 'given' | 'expected' | 'message'> {
  const expected = hint ?? meantBy(key, known) ?? `one of ${known.join(', ')}`;
  const isName = /^[\w.]+$/.test(expected);
  const advice = isName ? `did you mean ${expected}?` : expected.replace(/^one of /, 'there are ');
  return { given: 'an unknown option', expected, message: `there is no such option; ${advice}` };
}

function meantBy(key: string, known: readonly string[]): string | undefined {
  const lower = key.toLowerCase();
  const meant =
    known.find((name) => name.toLowerCase() === lower) ?? (known.length > 0 && closest(key, known));
  if (typeof meant !== 'string') return undefined;
  const typos = distance(lower, meant.toLowerCase());
  // Of short words, two letters make another word: `port` is not meant to be `cors`.
  return typos < 2 || (typos === 2 && lower[0] === meant[0]?.toLowerCase()) ? meant : undefined;
}

/** A text or a number as it stands in the configuration, and the kind of any other value. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return typeof value === 'number' ? String(value) : describe(value);
}

/** The kind of a value. Nothing else is told of a value that may be a secret. */
function describe(value: unknown): string {
  if (value === '') return 'an empty text';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number') return 'a number';
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (typeof value !== 'object' || value === null) return String(value);
  const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return kind === 'Object' ? 'an object' : `an object of the kind ${kind}`;
}
