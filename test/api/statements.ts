const OPENING = '{([';
const CLOSING = '})]';
const QUOTES = '\'"`';

/** Declarations that end with their block, and need no semicolon. */
const BLOCK = /^(export )?(declare )?(abstract )?(interface|class|enum|namespace)\b/;

/** The statements of a file of declarations that `tsc` wrote without comments. */
export function statementsOf(source: string): string[] {
  const statements: string[] = [];
  let start = 0;
  let depth = 0;
  let quote = '';
  for (let i = 0; i < source.length; i += 1) {
    const character = source.charAt(i);
    if (quote !== '') {
      if (character === '\\') i += 1;
      else if (character === quote) quote = '';
      continue;
    }
    if (QUOTES.includes(character)) quote = character;
    else if (OPENING.includes(character)) depth += 1;
    else if (CLOSING.includes(character)) depth -= 1;
    if (depth > 0) continue;
    const isEnd =
      character === ';' || (character === '}' && BLOCK.test(source.slice(start, i).trimStart()));
    if (!isEnd) continue;
    statements.push(source.slice(start, i + 1).trim());
    start = i + 1;
  }
  if (source.slice(start).trim() !== '') {
    throw new Error(`A declaration has no end: ${source.slice(start).trim().slice(0, 80)}`);
  }
  return statements;
}
