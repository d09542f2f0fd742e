import { globSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { readArguments } from '../../src/command/arguments.ts';
import { ERRORS } from '../../src/errors.ts';
import { blocksOf, PAGES, ROOT, read } from '../support/pages.ts';

const BLOCKS = PAGES.flatMap(blocksOf);

const inLanguage = (name: string) => BLOCKS.filter(({ language }) => language === name);

/** The words of a line of a shell, in which only single quotes are special. */
const wordsOf = (line: string) =>
  (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''));

/** Whether `text` stands in `source`: whole lines, so that nothing of a statement is left out, at any depth. */
function holdsLines(source: string, text: string): boolean {
  return ['', '  ', '    ', '      '].some((indent) =>
    `\n${source}`.includes(`\n${text.replaceAll(/^(?=.)/gm, indent)}`),
  );
}

test('every TypeScript block of README is a whole example, which is type-checked', () => {
  const examples = globSync('examples/*.ts', { cwd: ROOT }).map(read);
  const shown = inLanguage('ts').filter(({ page }) => page === 'README.md');
  expect(shown.length).toBeGreaterThanOrEqual(1);
  for (const { text } of shown) expect(examples).toContain(text);
});

test('every TypeScript block of a page in docs is a part of an example', () => {
  const examples = globSync('examples/**/*.ts', { cwd: ROOT }).map(read);
  const shown = inLanguage('ts').filter(({ page }) => page !== 'docs/reference/api.md');
  expect(shown.length).toBeGreaterThanOrEqual(20);
  for (const { page, text } of shown) {
    const isPart = examples.some((source) => holdsLines(source, text));
    expect([page, text, isPart]).toEqual([page, text, true]);
  }
});

test('every JSON block is JSON, and that of the errors is a row of their table', () => {
  for (const { text } of inLanguage('json')) JSON.parse(text);
  const [{ text = '' } = {}] = inLanguage('json').filter(
    ({ page }) => page === 'docs/reference/errors.md',
  );
  const { error } = JSON.parse(text);
  const { code, message } = ERRORS[error.data.reason as keyof typeof ERRORS];
  expect(error).toEqual({ code, message, data: { reason: error.data.reason } });
});

test('every command runs a script, installs what the package names, or is its own', () => {
  const pack = JSON.parse(read('package.json'));
  const { dependencies, devDependencies, peerDependencies } = pack;
  const packages = Object.keys({ ...dependencies, ...devDependencies, ...peerDependencies });
  const known = new Set([pack.name, ...packages]);
  const lines = inLanguage('sh').flatMap(({ text }) =>
    text
      .trim()
      .replaceAll(/ \\\n */g, ' ')
      .split('\n'),
  );
  expect(lines.length).toBeGreaterThanOrEqual(10);

  for (const line of lines) {
    const [program, command = '', ...rest] = wordsOf(line.replace(/ +#.*/, ''));
    if (program === 'npx') {
      expect(command).toBe(pack.name);
      readArguments(rest);
    } else {
      expect([line, program]).toEqual([line, 'npm']);
      expect([line, command]).toEqual([line, expect.stringMatching(/^(install|run)$/)]);
      // Names of scripts are checked with the links.
      if (command === 'install' && rest[0] !== '&&') {
        for (const name of rest) expect(known).toContain(name);
      }
    }
  }
});

test('README has the two commands that continuous integration runs from a fresh copy', () => {
  const commands = read('README.md').match(/^npm install && npm .*$/gm);
  expect(commands).toEqual(['npm install && npm run demo', 'npm install && npm test']);
});

test('there is no block in a language that nothing checks', () => {
  const languages = new Set(BLOCKS.map(({ language }) => language));
  // `text` shows, and is nothing to run; tests of its pages compare it where code has it too.
  expect(new Set(['ts', 'json', 'sh', 'text'])).toEqual(languages);
});
