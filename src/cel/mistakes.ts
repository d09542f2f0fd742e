/** Something wrong with an expression, and where. */
export interface Mistake {
  /** The place, from the beginning of the text, in UTF-16 code units. */
  readonly offset: number;
  /** What is wrong, and what to write. */
  readonly what: string;
}

/** A sentence about the mistake with the line in question, and a caret below the place. */
export function describeMistake(text: string, { offset: from, what }: Mistake): string {
  // To the parser, blanks in front of an operator are part of it.
  const blanks = /^[ \t\r\n\f]+(?=\S)/.exec(text.slice(from))?.[0].length ?? 0;
  const offset = from + blanks;
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end === -1 ? undefined : end);
  const number = text.slice(0, start).split('\n').length;
  const at = number === 1 ? `offset ${offset}` : `offset ${offset}, in line ${number}`;
  const { shown, caret } = excerpt(line, offset - start);
  return `${what} (at ${at})\n      ${shown}\n      ${' '.repeat(caret)}^`;
}

/** How much of a long line is shown before and behind the place. */
const SHOWN_CHARS = 60;

function excerpt(line: string, column: number): { shown: string; caret: number } {
  const from = Math.max(0, column - SHOWN_CHARS);
  const shown = line.slice(from, column + SHOWN_CHARS).replaceAll(/[^\P{C}]/gu, ' ');
  const before = from > 0 ? '…' : '';
  return { shown: before + shown, caret: column - from + before.length };
}
