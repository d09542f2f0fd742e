import { closest, distance } from 'fastest-levenshtein';
import { type ConfigProblem, GatewayConfigError } from './gateway-config-error.ts';

/**
 * What a configuration comes to; throws all its mistakes at once if there are any. A reader notes what
 * is wrong, and gives `undefined` only where it has noted something.
 */
export function checkConfig<T>(read: (problems: ConfigProblems) => T | undefined): T {
  const found: ConfigProblem[] = [];
  const settings = read(new ConfigProblems(found, ''));
  if (found.length > 0) throw new GatewayConfigError(found);
  return settings as T;
}

/**
 * Where a reader notes the mistakes that it finds. It stands at the option that is read, so that no
 * reader has to know under which name it is read: `read(problems.at('cors'), config.cors)`.
 */
export class ConfigProblems {
  readonly #found: ConfigProblem[];
  /** Where it stands. */
  readonly path: string;

  constructor(found: ConfigProblem[], path: string) {
    this.#found = found;
    this.path = path;
  }

  /** The same, one step further: at a member of an object, or at an item of a list. */
  at(key: string | number): ConfigProblems {
    return new ConfigProblems(this.#found, join(this.path, key));
  }

  /** Notes that `given` stands where `expected` belongs. */
  add(given: unknown, expected: string): void {
    this.#found.push({ path: this.path, given: show(given), expected });
  }

  /** Notes that a value which may be a secret is not what belongs there. */
  addSecret(given: unknown, expected: string): void {
    const shown = Array.isArray(given) ? show(given) : typeof given;
    this.#found.push({ path: this.path, given: shown, expected });
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
      if (entries.length < atLeast) this.addSecret(value, expected);
      return entries;
    }
    // A Map or Headers has no entries of its own: all of them would be missing without a word.
    this.addSecret(value, 'a plain object');
    return [];
  }

  #isObject(value: unknown): value is object {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return true;
    this.addSecret(value, 'an object');
    return false;
  }

  /**
   * Notes every key of `options` that is not one of `known`. Returns whether `options` is an object
   * at all, so that the caller may look further. `hints` says what people mean by names that they know
   * from elsewhere.
   */
  keys(
    options: unknown,
    known: readonly string[],
    hints: Readonly<Record<string, string>> = {},
  ): options is object {
    if (!this.#isObject(options)) return false;
    for (const key of Object.keys(options)) {
      if (known.includes(key)) continue;
      const hint = Object.hasOwn(hints, key) ? hints[key] : undefined;
      this.at(key).add('an unknown option', hint ?? suggest(key, known));
    }
    return true;
  }

  /** Reads a list; notes and leaves out every item that is none of the kind. `mayBeSecret`: without showing it. */
  list<T>(
    value: unknown,
    isItem: (item: unknown) => item is T,
    expected: string,
    { atLeast = 0, mayBeSecret = false }: { atLeast?: number; mayBeSecret?: boolean } = {},
  ): T[] {
    const note = mayBeSecret ? 'addSecret' : 'add';
    if (!Array.isArray(value) || value.length < atLeast) {
      this[note](value, `a list, and in it ${expected}`);
      return [];
    }
    return [...value].filter((item, i) => {
      const fits = isItem(item);
      if (!fits) this.at(i)[note](item, expected);
      return fits;
    });
  }

  /** Notes a callback that is neither off nor a function. */
  callback(value: unknown): void {
    if (value !== false && typeof value !== 'function') this.add(value, 'a function');
  }

  /** Notes what is neither `true` nor `false`. */
  flag(value: unknown): void {
    if (typeof value !== 'boolean') this.add(value, 'true or false');
  }
}

function join(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function suggest(key: string, known: readonly string[]): string {
  const lower = key.toLowerCase();
  const meant =
    known.find((name) => name.toLowerCase() === lower) ?? (known.length > 0 && closest(key, known));
  if (typeof meant === 'string' && distance(lower, meant.toLowerCase()) <= 2) {
    return `${meant} (probably meant)`;
  }
  return `one of ${known.join(', ')}`;
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}
