import { readFileSync } from 'node:fs';

const examples = new URL('../../examples/', import.meta.url);

/** Where a comment says from which example it shows something, and what it shows. */
const SHOWN =
  /^ \* @example From `examples\/([\w.-]+)`:\n(?: \* ```ts\n(?: \*(?: .*)?\n)*? \* ```\n)?/gm;

/** The source of a file with the examples in its comments as they stand in `examples`. */
export function withExamples(source: string): string {
  return source.replaceAll(SHOWN, (shown, file: string, at: number) => {
    const [, name] = /^export (?:async )?function (\w+)/m.exec(source.slice(at)) ?? [];
    if (name === undefined) throw new Error(`No function follows the example from ${file}`);
    const [line = ''] = shown.split('\n');
    const code = statementCalling(name, file).split('\n');
    return [line, ' * ```ts', ...code.map((text) => ` * ${text}`.trimEnd()), ' * ```', ''].join(
      '\n',
    );
  });
}

/** The first statement of an example that calls a function, with the comment in front of it. */
function statementCalling(name: string, file: string): string {
  const calls = new RegExp(`(?<![\\w.])${name}\\(`);
  const found = statementsIn(readFileSync(new URL(file, examples), 'utf8')).find(
    (statement) => calls.test(statement) && !statement.startsWith('import '),
  );
  if (found === undefined) throw new Error(`examples/${file} does not call ${name}`);
  // It would end the comment that it is put into.
  if (found.includes('*/')) throw new Error(`The example of ${name} has a comment in it`);
  return found;
}

/** Those at the top: each begins in the first column, and ends in front of the next. */
function statementsIn(source: string): string[] {
  const statements = source.split(/\n(?=[^\s)}\]])/).map((statement) => statement.trimEnd());
  const joined: string[] = [];
  for (const statement of statements) {
    const before = joined.at(-1);
    if (before !== undefined && /^\/\/[^\n]*$/.test(before.split('\n').at(-1) ?? '')) {
      joined[joined.length - 1] = `${before}\n${statement}`;
    } else joined.push(statement);
  }
  return joined;
}
