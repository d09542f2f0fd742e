/** Hints about what a tool does (MCP, `ToolAnnotations`). */
export interface RestToolAnnotations {
  /** Whether it changes nothing. Default: for GET, HEAD, QUERY and OPTIONS. */
  readonly readOnlyHint: boolean;
  /** Whether it may undo or overwrite something. Default: for all other methods. */
  readonly destructiveHint: boolean;
  /**
   * Whether calling it twice does no more than calling it once. Default: for all methods but POST and PATCH.
   */
  readonly idempotentHint: boolean;
  /** Whether it deals with things outside of the agent's reach. Default: `true`. */
  readonly openWorldHint: boolean;
}

/** The names of the hints. */
export const HINTS: readonly (keyof RestToolAnnotations)[] = [
  'readOnlyHint',
  'destructiveHint',
  'idempotentHint',
  'openWorldHint',
];

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY', 'TRACE']);
const IDEMPOTENT = new Set([...SAFE, 'PUT', 'DELETE']);

/** Always all four hints: some clients assume the worst where one is missing, and others refuse that. */
export function annotationsFor(
  method: string,
  ...known: readonly Partial<RestToolAnnotations>[]
): RestToolAnnotations {
  const isSafe = SAFE.has(method);
  const byMethod: RestToolAnnotations = {
    readOnlyHint: isSafe,
    destructiveHint: !isSafe,
    idempotentHint: IDEMPOTENT.has(method),
    openWorldHint: true,
  };
  return Object.assign(byMethod, ...known);
}

/** The hints in an extension of a document, at its top or in `annotations`. */
export function hintsIn(
  value: Readonly<Record<string, unknown>> | undefined,
): Partial<RestToolAnnotations> {
  return Object.fromEntries(
    HINTS.flatMap((name) => (typeof value?.[name] === 'boolean' ? [[name, value[name]]] : [])),
  );
}
