/** The cells of rows of a table in Markdown; `\|` stands within one. */
export function cellsOf(rows: readonly string[]): string[][] {
  return rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The cells of the rows of all tables below a heading of a page. */
export function rowsBelow(page: string, heading: string): string[][] {
  const section = page.split(/^##+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return cellsOf(section.split('\n').filter((line) => line.startsWith('| '))).slice(2);
}

/** The cells of the rows of the table of a page that begins with this line. */
export function rowsUnder(page: string, head: string): string[][] {
  const [, after = ''] = page.split(`${head}\n`);
  const [table = ''] = after.split('\n\n');
  return cellsOf(table.split('\n').slice(1));
}

/** Every name in code of a column: `name` of `name: (x) => y`. */
export function namesIn(rows: readonly string[][], column = 0): string[] {
  return rows.flatMap((cells) =>
    [...(cells[column] ?? '').matchAll(/`([\w.]+)/g)].map(([, name = '']) => name),
  );
}
