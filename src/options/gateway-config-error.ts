/**
 * What kind of mistake it is. Each has a section in `docs/reference/config-problems.md`, which is in the
 * package.
 */
export type ConfigProblemCode =
  | 'unknown_option'
  | 'missing'
  | 'wrong_type'
  | 'invalid_value'
  | 'out_of_range'
  | 'not_called'
  | 'conflict'
  | 'unsafe'
  | 'unavailable';

/** One mistake in a configuration. */
export interface ConfigProblem {
  /** The option, as written in code: `timeout.connect`, `cors.origin[0]`; empty for them as a whole. */
  readonly path: string;
  /** What kind of mistake it is. */
  readonly code: ConfigProblemCode;
  /** The sentence of the error without the path: what is there, and what belongs there. */
  readonly message: string;
  /** What was found there. Values that may be secrets are described, never shown. */
  readonly given: string;
  /** What belongs there, and how to get it right. */
  readonly expected: string;
  /** Where the package explains the code: a file of it, and the heading there. */
  readonly docs: string;
}

/** Names the file as it is found below `node_modules`. */
const PAGE = 'express-mcp-gateway/docs/reference/config-problems.md';

/** Makes a mistake as errors list it, and fills in what follows from the rest. */
export function configProblem({
  path,
  code,
  given,
  expected,
  message = `given ${given}; expected ${expected}`,
}: Omit<ConfigProblem, 'docs' | 'message'> & { readonly message?: string }): ConfigProblem {
  return { path, code, message, given, expected, docs: `${PAGE}#${code}` };
}

/**
 * Thrown with every mistake at once by the functions that take a configuration; `close()` and `drain()` of a
 * gateway reject with it. No request causes it.
 */
export class GatewayConfigError extends Error {
  override readonly name: string = 'GatewayConfigError';
  /** Every mistake, not only the first. */
  readonly problems: readonly ConfigProblem[];

  /** @param of - The function whose configuration it is. */
  constructor(of: string, problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ path, message, code }) => `  ${labelOf(path, of)}: ${withCode(message, code)}`,
    );
    super(
      [`Invalid configuration of ${of}():`, ...lines, `What the codes mean: ${PAGE}`].join('\n'),
    );
    this.problems = problems;
  }
}

/** Puts the code behind the sentence, which is the first line. */
function withCode(message: string, code: ConfigProblemCode): string {
  return message.replace(/\n|$/, ` (${code})$&`);
}

/** How a problem names an option. An argument has no name but that of the function. */
function labelOf(path: string, of: string): string {
  return path === '' || path.startsWith('[') ? `${of}${path}` : path;
}
