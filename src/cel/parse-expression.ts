import { parse } from '@bufbuild/cel';
import type { Mistake } from './mistakes.ts';
import { scan } from './scan.ts';
import type { Parsed } from './tree.ts';

/** What the parser tells of a mistake. */
interface ParserError {
  readonly rawMessage: string;
  readonly location: { readonly start: { readonly offset: number } };
}

/** Parses an expression. */
export function parseExpression(text: string): Parsed | { readonly mistake: Mistake } {
  const mistake = scan(text);
  if (mistake !== undefined) return { mistake };
  try {
    return parse(text);
  } catch (error) {
    return { mistake: mistakeOf(error, text) };
  }
}

function mistakeOf(error: unknown, text: string): Mistake {
  if (error instanceof RangeError)
    return { offset: 0, what: 'the expression is nested too deeply' };
  const { location, rawMessage } = error as Partial<ParserError>;
  const offset = location?.start.offset ?? 0;
  if (rawMessage === 'reserved identifier') return { offset, what: 'this word is reserved in CEL' };
  return { offset, what: hintAt(text, offset) ?? `this is no CEL: ${rawMessage}` };
}

/** The text at which the parser gives up, and what the author of it probably meant. */
const HINTS: readonly [pattern: RegExp, what: string][] = [
  [/and\b/iy, 'write && for and'],
  [/or\b/iy, 'write || for or'],
  [/not\b/iy, 'write ! for not'],
  [
    /=~|(?:matches|like|contains|startsWith|endsWith)\b/iy,
    "write x.matches('…'), x.contains('…') and the like",
  ],
  [/<>/y, 'write != for not equal'],
  [/\/\//y, 'an expression belongs here'],
  [/[=!]==/y, 'write == or !='],
  [/=(?!=)/y, 'write == to compare'],
  [/&(?!&)/y, 'write && for and'],
  [/\|(?!\|)/y, 'write || for or'],
  [/\.\?|\[\?|\?\./y, 'optional fields are not part of this CEL: ask has(…)'],
  [/\?\?/y, 'write has(x) ? x : …, or x || …'],
  [/\?/y, 'a condition is written as condition ? yes : no'],
  [/;/y, 'an expression has no ; behind it'],
  [/`/y, "write ['…'] for a name that is no word"],
  [
    /(?:&&|\|\||[=!<>]=|[<>+*/%-]|in\b)/y,
    'what stands on one side of this operator is no expression',
  ],
  [/[\w'"]/y, 'an operator is missing in front of this'],
];

function hintAt(text: string, offset: number): string | undefined {
  for (const [pattern, what] of HINTS) {
    pattern.lastIndex = offset;
    if (pattern.test(text)) return what;
  }
  return undefined;
}
