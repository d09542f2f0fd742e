import type { TextEdit } from '../json/text-edit.ts';

const LINE_END = /\r\n|\n|\r/g;
const BOM = '\ufeff';

/** The value of a `data` line: where it stands in the data and in the event. */
interface DataLine {
  readonly at: number;
  readonly source: number;
  readonly length: number;
}

/** One event of an event stream as a reader understands it (HTML standard, "Interpreting an event stream"). */
export interface EventData {
  /** The field `event`. */
  readonly type: string;
  /** The values of all `data` lines, with a LF between them. */
  readonly data: string;
  readonly lines: readonly DataLine[];
}

/** Reads the source text of an event. Only the first of a stream may begin with a byte order mark. */
export function readEvent(text: string, isFirst: boolean): EventData {
  const values: string[] = [];
  const lines: DataLine[] = [];
  let type = '';
  let at = 0;
  let start = isFirst && text.startsWith(BOM) ? 1 : 0;
  LINE_END.lastIndex = start;
  while (start < text.length) {
    const end = LINE_END.exec(text);
    const line = text.slice(start, end?.index);
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    // One space in front of a value is not part of it.
    const skipped = colon === -1 ? line.length : colon + (line[colon + 1] === ' ' ? 2 : 1);
    const value = line.slice(skipped);
    if (field === 'event') type = value;
    if (field === 'data') {
      lines.push({ at, source: start + skipped, length: value.length });
      values.push(value);
      at += value.length + 1;
    }
    start = end === null ? text.length : LINE_END.lastIndex;
  }
  return { type, data: values.join('\n'), lines };
}

/**
 * The edits of an event's data, in order, as edits of the event's text. A line break within an edit
 * stays: it belongs to the event, and between the tokens of JSON it means nothing.
 */
export function editsOfEvent({ lines }: EventData, edits: readonly TextEdit[]): TextEdit[] {
  const found: TextEdit[] = [];
  let i = 0;
  for (const edit of edits) {
    let text = edit.text;
    for (; i < lines.length; i++) {
      const { at, source, length } = lines[i] as DataLine;
      const start = Math.max(edit.start, at);
      const end = Math.min(edit.end, at + length);
      if (start < end) {
        found.push({ start: source + start - at, end: source + end - at, text });
        text = '';
      }
      // The next edit may be in the same line.
      if (edit.end <= at + length) break;
    }
  }
  return found;
}
