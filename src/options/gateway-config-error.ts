/** One mistake in a configuration. */
export interface ConfigProblem {
  /** The option, as written in code: `timeout.connect`, `cors.origin[0]`; empty for them as a whole. */
  readonly path: string;
  /** What was found there. Values that may be secrets are described, never shown. */
  readonly given: string;
  /** What belongs there, and how to get it right. */
  readonly expected: string;
}

/**
 * Thrown while a gateway or a middleware is constructed, with every mistake at once. Nothing of the
 * kind is thrown later.
 */
export class GatewayConfigError extends Error {
  override readonly name: string = 'GatewayConfigError';
  /** Every mistake, not only the first. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(['Invalid configuration:', ...problems.map(describe)].join('\n  '));
    this.problems = problems;
  }
}

function describe({ path, given, expected }: ConfigProblem): string {
  return `${path || 'options'}: given ${given}; expected ${expected}`;
}
