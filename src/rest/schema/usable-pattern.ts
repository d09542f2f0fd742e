/**
 * A pattern as JSON Schema has them: of ECMA-262, with the flag `u`. Patterns of documents are often written
 * for other flags, and escape what needs no escape (`\-`, `\_`). `undefined` where it is none at all.
 */
export function usablePattern(pattern: unknown): string | undefined {
  if (typeof pattern !== 'string' || pattern.length > LONGEST_PATTERN) return undefined;
  if (isPattern(pattern)) return pattern;
  // An escape of a syntax character, of `-` in a class, and of letters and digits means what it did.
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

const LONGEST_PATTERN = 1000;
