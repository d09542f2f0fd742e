import type { Mistake } from './mistakes.ts';

/** The longest expression, in characters. */
const LONGEST_TEXT = 10_000;
/** How many brackets may be open at once. */
const MOST_OPEN = 50;

/** A comment, the beginning of a text in quotes, a bracket, or characters that CEL has in texts only. */
const TOKEN =
  /\/\/[^\n]*|(?<raw>\b[bB]?[rR][bB]?)?(?<quote>"""|'''|"|')|(?<bracket>[()[\]{}])|(?<strange>=>|\/\*|[^\t\n\f\r -~])/gu;

const ENDS: Readonly<Record<string, RegExp>> = {
  '"': /"|\n/g,
  "'": /'|\n/g,
  '"""': /"""/g,
  "'''": /'''/g,
};

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * Finds mistakes that the parser does not report clearly: a text or a bracket that does not end. It also
 * refuses what the parser takes though the standard does not, and what would be too much for the parser.
 */
export function scan(text: string): Mistake | undefined {
  if (text.trim() === '') return { offset: 0, what: 'an expression belongs here' };
  if (text.length > LONGEST_TEXT) {
    return { offset: LONGEST_TEXT, what: `an expression has at most ${LONGEST_TEXT} characters` };
  }
  const open: { bracket: string; offset: number }[] = [];
  const token = new RegExp(TOKEN);
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const { raw, quote, bracket, strange } = found.groups ?? {};
    if (strange !== undefined) return { offset: found.index, what: whyStrange(strange) };
    if (quote !== undefined) {
      const from = token.lastIndex;
      const end = endOfText(text, from, quote, raw !== undefined);
      if (end === undefined)
        return { offset: found.index, what: 'the text that begins here does not end' };
      const mistake = raw === undefined ? wrongEscape(text, from, end) : undefined;
      if (mistake !== undefined) return mistake;
      token.lastIndex = end + quote.length;
    } else if (bracket !== undefined) {
      const mistake = follow(open, bracket, found.index);
      if (mistake !== undefined) return mistake;
    }
  }
  const [first] = open;
  return (
    first && {
      offset: first.offset,
      what: `a ${CLOSING[first.bracket]} is missing for this ${first.bracket}`,
    }
  );
}

function whyStrange(found: string): string {
  if (found === '=>')
    return 'a variable and an expression are parted by a comma: list.exists(x, …)';
  if (found === '/*') return 'a comment begins with //, and ends with the line';
  if (/[‘’‚“”„«»]/.test(found)) return `${found} begins no text: write ' or "`;
  const code = (found.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  return `the character U+${code} belongs into texts only: take it out`;
}

function endOfText(text: string, from: number, quote: string, isRaw: boolean): number | undefined {
  const end = new RegExp(ENDS[quote] as RegExp);
  end.lastIndex = from;
  for (let found = end.exec(text); found !== null; found = end.exec(text)) {
    if (found[0] === '\n') return undefined;
    const backslashes = /\\*$/.exec(text.slice(from, found.index))?.[0].length ?? 0;
    if (isRaw || backslashes % 2 === 0) return found.index;
    end.lastIndex = found.index + 1;
  }
  return undefined;
}

const ESCAPES =
  /\\(?:[abfnrtv\\?"'`]|[xX][\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-3][0-7]{2}|(?<wrong>.?))/gs;

function wrongEscape(text: string, from: number, end: number): Mistake | undefined {
  for (const { index, groups } of text.slice(from, end).matchAll(ESCAPES)) {
    const { wrong } = groups ?? {};
    if (wrong === undefined) continue;
    return {
      offset: from + index,
      what: `\\${wrong} stands for nothing: write \\\\${wrong}, or r'…' for a text in which a backslash is one`,
    };
  }
  return undefined;
}

function follow(
  open: { bracket: string; offset: number }[],
  bracket: string,
  offset: number,
): Mistake | undefined {
  if (bracket in CLOSING) {
    open.push({ bracket, offset });
    if (open.length <= MOST_OPEN) return undefined;
    return { offset, what: `at most ${MOST_OPEN} brackets may be open at once` };
  }
  const last = open.pop();
  if (last !== undefined && CLOSING[last.bracket] === bracket) return undefined;
  const closes = last === undefined ? 'nothing' : `no ${last.bracket}`;
  return { offset, what: `this ${bracket} closes ${closes}` };
}
