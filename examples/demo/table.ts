import { styleText } from 'node:util';

/** A column: its heading, and the side on which its values are aligned. */
export interface Column {
  readonly heading: string;
  readonly align?: 'right';
}

/** Lays out `rows` under headings, every column as wide as its widest value. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ heading }, i) =>
    Math.max(heading.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (values: readonly string[]) =>
    values
      .map((value, i) => {
        const width = widths[i] ?? 0;
        return columns[i]?.align === 'right' ? value.padStart(width) : value.padEnd(width);
      })
      .join('   ')
      .trimEnd();
  const head = line(columns.map(({ heading }) => heading));
  const rule = widths.map((width) => '─'.repeat(width)).join('───');
  return [styleText('bold', head), styleText('dim', rule), ...rows.map(line)].join('\n');
}
