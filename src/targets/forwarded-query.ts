import type { ConfigProblems } from '../options/config-problems.ts';

/** Which parameters of the client's query go upstream. */
export interface QueryOptions {
  /**
   * Their names, exactly. They go behind the target's own query, as they came; one that the target has
   * itself is dropped. Required.
   */
  readonly forward: readonly string[];
}

/** What a request target may hold (RFC 9112 section 3.2), and no semicolon, at which some servers split. */
const PLAIN = /^[!-:<-~]*$/;

/** Reads the option; undefined where it is off, or wrong. */
export function readQuery(
  problems: ConfigProblems,
  options: QueryOptions | false | undefined,
): readonly string[] | undefined {
  if (options === undefined || options === false) return undefined;
  if (!problems.keys(options, ['forward'], "{ forward: ['team'] }")) return undefined;
  const names = problems.at('forward');
  return names.list(options.forward, isName, EXPECTED, { atLeast: 1 });
}

const EXPECTED = "the exact name of a parameter, like 'folder'";

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/[\p{Cc}\p{Cs}]/u.test(value);
}

/** The parameters of clients that go to one target. */
export class ForwardedQuery {
  readonly #names: ReadonlySet<string>;
  readonly #first: string;

  /** @param search - The target's own query. */
  constructor(names: readonly string[], search: string) {
    const own = new Set(
      search
        .slice(1)
        .split('&')
        .map((part) => folded(nameOf(part) ?? part)),
    );
    this.#names = new Set(names.filter((name) => !own.has(folded(name))));
    this.#first = search === '' ? '?' : '&';
  }

  /**
   * What goes behind the target's own path and query, for a request to this URL. Empty where nothing
   * does; undefined where a parameter cannot be sent as it came.
   */
  of(url: string): string | undefined {
    const start = url.indexOf('?');
    if (start === -1) return '';
    const query = url.slice(start + 1).replace(/#.*/s, '');
    const parts = query.split('&').filter((part) => this.#names.has(nameOf(part) ?? ''));
    if (!parts.every((part) => PLAIN.test(part))) return undefined;
    return parts.length === 0 ? '' : this.#first + parts.join('&');
  }
}

/** The name of a parameter, as servers read it; undefined where it is not well encoded. */
function nameOf(parameter: string): string | undefined {
  try {
    return decodeURIComponent(parameter.replace(/=.*/s, '').replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** What servers may take for the same name: some fold case, some read `a[]` and `a[b]` as `a`. */
function folded(name: string): string {
  return name.replace(/\[.*/s, '').replace(/[+ .]/g, '_').toLowerCase();
}
