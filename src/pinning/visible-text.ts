/**
 * Characters that people do not see, or take for a plain space: controls, formats, tags, fillers, other
 * spaces, private use.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** A letter with marks. It may look like a single character, or like the same marks in another order. */
const MARKED = /\P{M}?\p{M}+/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text in which everything can be seen: `\u{200b}` stands for a character that cannot be seen, and for
 * marks that make a letter look like another one; `\n`, `\r` and `\t` for these; a backslash is doubled.
 */
export function visibleText(text: string): string {
  const doubled = text.replaceAll('\\', '\\\\');
  return escaped(doubled, (char) => {
    return SHORT[char] ?? `\\u{${(char.codePointAt(0) as number).toString(16)}}`;
  });
}

/** A name as a message shows it: visible, and not too long. */
export function visibleName(name: string): string {
  const text = visibleText(name.slice(0, LONGEST_NAME));
  return `"${text}${name.length > LONGEST_NAME ? '…' : ''}"`;
}

const LONGEST_NAME = 128;

/** The same JSON text of several lines, in which everything can be seen. */
export function visibleJson(text: string): string {
  // Within a string, JSON has escaped its line breaks.
  return escaped(text, (char) => (char === '\n' ? char : unitsOf(char)));
}

function escaped(text: string, asEscape: (char: string) => string): string {
  const seen = text.replace(UNSEEN, asEscape);
  return seen.replace(MARKED, (letter) => {
    if (letter.normalize('NFC') === letter) return letter;
    return letter.replace(/\p{M}/gu, asEscape);
  });
}

function unitsOf(char: string): string {
  return char.split('').map(unit).join('');
}

function unit(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
