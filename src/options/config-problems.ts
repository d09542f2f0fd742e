import { closest, distance } from 'fastest-levenshtein';
import { type ConfigProblem, GatewayConfigError } from './gateway-config-error.ts';

/** Builds something out of a configuration; throws all its mistakes at once if there are any. */
export function checkConfig<T>(build: (problems: ConfigProblems) => T): T {
  const problems = new ConfigProblems();
  const built = build(problems);
  problems.throwIfAny();
  return built;
}

/** Collects the mistakes in a configuration, so that all of them can be reported at once. */
export class ConfigProblems {
  readonly #found: ConfigProblem[] = [];

  /** Notes that `given` stands where `expected` belongs. */
  add(path: string, given: unknown, expected: string): void {
    this.#found.push({ path, given: show(given), expected });
  }

  /** Notes that a value which may be a secret is not what belongs there. */
  addSecret(path: string, given: unknown, expected: string): void {
    this.#found.push({ path, given: typeof given, expected });
  }

  /**
   * Notes every key of `options` that is not one of `known`. Returns whether `options` is an object
   * at all, so that the caller may look further.
   */
  keys(path: string, options: unknown, known: readonly string[]): options is object {
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      this.add(path || 'options', options, 'an object');
      return false;
    }
    for (const key of Object.keys(options)) {
      if (!known.includes(key)) {
        this.add(join(path, key), 'an unknown option', suggest(key, known));
      }
    }
    return true;
  }

  /** As {@link keys}, for the options as a whole: where they are none, nothing else can be read. */
  root(options: unknown, known: readonly string[]): void {
    if (!this.keys('', options, known)) this.throwIfAny();
  }

  /** Notes a callback that is given but is not a function. */
  callback(path: string, value: unknown): void {
    if (value !== undefined && typeof value !== 'function') this.add(path, value, 'a function');
  }

  /** Runs a factory; its config mistakes become ours, under `path`. */
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

  /** Throws all that was found, if anything was. */
  throwIfAny(): void {
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
