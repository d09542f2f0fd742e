import { isSlow } from './slow-pattern.ts';

const LONGEST_PATTERN = 1000;

/**
 * A pattern as JSON Schema has them: of ECMA-262, with the flag `u`. `undefined` where the pattern cannot be
 * used; then `refuse` gets the reason.
 */
export function usablePattern(pattern: unknown, refuse: (why: string) => void): string | undefined {
  const usable = typeof pattern === 'string' ? asUnicode(pattern) : undefined;
  const why =
    usable === undefined
      ? 'is not one of ECMA-262'
      : usable.length > LONGEST_PATTERN || isSlow(usable)
        ? 'may take very long'
        : undefined;
  if (why === undefined) return usable;
  refuse(why);
  return undefined;
}

/** Patterns of documents are often written for other flags, and escape what needs no escape (`\-`, `\_`). */
function asUnicode(pattern: string): string | undefined {
  if (isPattern(pattern)) return pattern;
  // An escape of a syntax character, of `-` in a class, and of letters and digits keeps its meaning.
  const plain = pattern.replaceAll(/\\([\s\S])/g, (escaped, character: string) =>
    /[\^$\\.*+?()[\]{}|/\w-]/.test(character) && character !== '_' ? escaped : character,
  );
  if (isPattern(plain)) return plain;
  const withoutDashes = plain.replaceAll(/(\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\])/g, (part) =>
    part === String.raw`\-` ? '-' : part,
  );
  return isPattern(withoutDashes) ? withoutDashes : undefined;
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}
