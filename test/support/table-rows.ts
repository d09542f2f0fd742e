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
