import * as root from '../../../src/index.ts';
import { configErrorOf } from '../../support/config-error.ts';

// biome-ignore lint/suspicious/noExplicitAny: these are mistakes that a type checker would have found.
type Untyped = Record<keyof typeof root, (...given: any[]) => unknown>;

/** What the package exports, for whoever has no types. */
export const untyped: Untyped = root as unknown as Untyped;

/** The lines in which a user reads what is wrong; none where nothing is. */
export function sentencesOf(create: () => unknown): string[] {
  const lines = configErrorOf(create)?.message.split('\n') ?? [];
  return lines.slice(1, -1).map((line) => line.trim());
}
