import type { Arguments } from '../arguments.ts';
import { UsageError } from '../command-error.ts';
import type { OpenInput } from '../inputs/input.ts';

/** A file as TypeScript, and what its author has to know about it. */
export function print(
  { print: printed, warnings }: OpenInput,
  { file }: Arguments,
): { readonly program: string; readonly notes: string } {
  if (printed === undefined) throw new UsageError(`--print is not for ${file}`);
  const lines = warnings.map(({ path, message }) => `warning: ${path || 'document'}: ${message}\n`);
  const { text, notes } = printed();
  return { program: text, notes: [...lines, ...notes.map((own) => `note: ${own}\n`)].join('') };
}
