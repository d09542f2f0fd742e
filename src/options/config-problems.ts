import { closest, distance } from 'fastest-levenshtein';
import { type ConfigProblem, GatewayConfigError } from './gateway-config-error.ts';

/** Builds something out of a configuration; throws all its mistakes at once if there are any. */
export function checkConfig<T>(build: (problems: ConfigProblems) => T): T {
  const problems = new ConfigProblems();
  const built = build(problems);
  problems.accept();
  return built;
}

/** Collects the mistakes in a configuration, so that all of them can be reported at once. */
export class ConfigProblems {
  readonly #found: ConfigProblem[] = [];
  readonly #effects: (() => void)[] = [];

  /** Notes that `given` stands where `expected` belongs. */
  add(path: string, given: unknown, expected: string): void {
    this.#found.push({ path, given: show(given), expected });
  }

  /** Notes that a value which may be a secret is not what belongs there. */
  addSecret(path: string, given: unknown, expected: string): void {
    this.#found.push({ path, given: typeof given, expected });
  }

  /** Reads the entries of an object whose keys are the user's. */
  entries(
    path: string,
    value: unknown,
    {
      atLeast = 0,
      expected = 'an object with entries',
    }: { readonly atLeast?: number; readonly expected?: string } = {},
  ): [key: string, value: unknown][] {
    if (!this.#isObject(path, value)) return [];
    if (Object.prototype.toString.call(value) === '[object Object]') {
      const entries = Object.entries(value);
      if (entries.length < atLeast) this.addSecret(path, value, expected);
      return entries;
    }
    // A Map or Headers has no entries of its own: all of them would be missing without a word.
    this.addSecret(path, value, 'a plain object');
    return [];
  }

  #isObject(path: string, value: unknown): value is object {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return true;
    this.addSecret(path, value, 'an object');
    return false;
  }

  /**
   * Notes every key of `options` that is not one of `known`. Returns whether `options` is an object
   * at all, so that the caller may look further.
   */
  keys(path: string, options: unknown, known: readonly string[]): options is object {
    if (!this.#isObject(path, options)) return false;
    for (const key of Object.keys(options)) {
      if (!known.includes(key)) {
        this.add(join(path, key), 'an unknown option', suggest(key, known));
      }
    }
    return true;
  }

  /** As {@link keys}, for the options as a whole: where they are none, nothing else can be read. */
  root(options: unknown, known: readonly string[]): void {
    if (!this.keys('', options, known)) this.#throwIfAny();
  }

  /** Reads a list; notes and leaves out every item that is none of the kind. */
  list<T>(
    path: string,
    value: unknown,
    isItem: (item: unknown) => item is T,
    expected: string,
    { atLeast = 0 }: { atLeast?: number } = {},
  ): T[] {
    if (!Array.isArray(value) || value.length < atLeast) {
      this.add(path, value, `a list, and in it ${expected}`);
      return [];
    }
    return [...value].filter((item, i) => {
      if (!isItem(item)) this.add(`${path}[${i}]`, item, expected);
      return isItem(item);
    });
  }

  /** Notes a callback that is neither off nor a function. */
  callback(path: string, value: unknown): void {
    if (value !== false && typeof value !== 'function') this.add(path, value, 'a function');
  }

  /**
   * Builds the slot that an option configures; none for `false`.
   */
  slot<Option, Slot>(
    path: string,
    option: Option | false,
    build: (option: Option) => Slot,
  ): Slot | undefined {
    return option === false ? undefined : this.within(path, () => build(option));
  }

  /** Runs a factory whose config mistakes become ours, under `path`. */
  within<T>(path: string, build: () => T): T | undefined {
    try {
      return build();
    } catch (error) {
      if (!(error instanceof GatewayConfigError)) throw error;
      for (const problem of error.problems) {
        this.#found.push({ ...problem, path: join(path, problem.path) });
      }
      return undefined;
    }
  }

  /** Keeps what must not happen for a configuration that turns out to have a mistake. */
  onceAccepted(effect: () => void): void {
    this.#effects.push(effect);
  }

  /** Throws all that was found, if anything was. */
  accept(): void {
    this.#throwIfAny();
    for (const effect of this.#effects) effect();
  }

  #throwIfAny(): void {
    if (this.#found.length > 0) throw new GatewayConfigError(this.#found);
  }
}

function join(path: string, key: string): string {
  if (path === '' || key === '') return path + key;
  return key.startsWith('[') ? path + key : `${path}.${key}`;
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
