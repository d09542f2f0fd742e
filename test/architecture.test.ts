import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { SLOTS } from '../src/chain.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const PAGE = read('docs/architecture.md');

/** The first cells of the table under a heading, of those in backticks. */
function firstCells(heading: string): string[] {
  const section = PAGE.split(/^##+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, cell = '']) => cell);
}

describe('the page on the architecture', () => {
  test('names files and folders that exist', () => {
    const paths = [...PAGE.matchAll(/`((?:src|test|docs|examples)\/[^`<]*)`/g)].map(
      ([, path = '']) => path,
    );
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) {
      expect([path, existsSync(new URL(path, root))]).toEqual([path, true]);
    }
  });

  test('has the slots in their order', () => {
    expect(firstCells('The chain')).toEqual(SLOTS.map(({ name }) => name));
    const picture = PAGE.split('```')[1] ?? '';
    for (const { name } of SLOTS) expect(picture).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test('has the members of a stage', () => {
    const [, body = ''] =
      /^export interface AnswerStage \{\n(.*?)^\}/ms.exec(read('src/answer-stage.ts')) ?? [];
    const members = [...body.matchAll(/^ {2}(\w+)\?\(/gm)].map(([, name]) => name);
    expect(new Set(firstCells('The way back'))).toEqual(new Set(members));
  });

  test('has the fields of the context', () => {
    const [, body = ''] =
      /^export class RequestContext .*?\{\n(.*?)^\}/ms.exec(read('src/context.ts')) ?? [];
    const fields = [...body.matchAll(/^ {2}(?:readonly )?#?(\w+)(?:: [^;]*?)?(?: = [^;]*)?;$/gm)];
    expect(fields.length).toBeGreaterThan(4);
    expect(new Set(firstCells('The context'))).toEqual(new Set(fields.map(([, name]) => name)));
  });

  test('can be read in one go, but for the table at its end', () => {
    const [prose = ''] = PAGE.split('\n## Directions\n');
    expect(prose.split('\n').length).toBeLessThan(210);
  });
});
