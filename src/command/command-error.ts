/** An error that is told without a stack, with exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** The command was called in a way that it does not know: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The code of an error of the system, such as `ENOENT`; undefined where the error has none. */
export function systemCode(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
