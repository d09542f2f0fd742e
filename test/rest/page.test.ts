import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { problemsOf } from './support/problems.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const PAGE = read('docs/rest.md');
const SOURCE = read('src/rest/options.ts');

/** Options and defaults in the table below this line of the page. */
function tableAfter(line: string): Map<string, string> {
  const [, after = ''] = PAGE.split(`\n${line}\n\n`);
  const [table = ''] = after.split('\n\n');
  const rows = [...table.matchAll(/^\| `(\w+)` \| (.*?) \| /gm)];
  return new Map(rows.map(([, name = '', value = '']) => [name, value]));
}

/** What the code takes where it is given what nobody takes. */
async function known(path: string, options: object): Promise<string[]> {
  const told = (await problemsOf(options)).find((problem) => problem.path === path);
  expect([path, told?.expected]).toEqual([path, expect.stringMatching(/^one of /)]);
  return (told?.expected ?? '').replace('one of ', '').split(', ');
}

/** Literals that the declarations name as defaults: `'30s'`. */
function defaultsIn(name: string): Map<string, string> {
  const [, body = ''] =
    new RegExp(`interface ${name}\\b.*?\\{\\n(.*?)^\\}`, 'ms').exec(SOURCE) ?? [];
  const members = body.split(/(?<=;\n)/).flatMap((member) => {
    const [, literal] = /Default: (`(?:'[^`]*'|false)`)/.exec(member) ?? [];
    const [, option] = /readonly (\w+)\??:/.exec(member) ?? [];
    return literal === undefined || option === undefined ? [] : [[option, literal] as const];
  });
  return new Map(members);
}

const BASE = { openapi: {}, baseUrl: 'http://127.0.0.1', operations: 'a' };
const HAND = { name: 'a', inputSchema: { type: 'object' }, request: { path: '/' } };

test('the options of restTools are those of the page, with their defaults', async () => {
  const rows = tableAfter('Of `restTools`:');
  expect(new Set(rows.keys())).toEqual(new Set(await known('????', { '????': 1 })));
  const defaults = defaultsIn('RestToolsOptions');
  expect([...defaults.keys()]).toEqual(['timeout', 'maxResult']);
  for (const [name, value] of defaults) expect([name, rows.get(name)]).toEqual([name, value]);
});

test('the options of a tool are those of the page, with their defaults', async () => {
  const rows = tableAfter('Of one tool, in `tools`:');
  const ofOperation = await known('tools.a.????', { ...BASE, tools: { a: { '????': 1 } } });
  const byHand = await known('tools[0].????', {
    baseUrl: BASE.baseUrl,
    tools: [{ ...HAND, '????': 1 }],
  });
  expect(new Set(rows.keys())).toEqual(new Set([...ofOperation, ...byHand]));
  const defaults = defaultsIn('RestToolOptions');
  expect([...defaults.keys()]).toEqual(['headers', 'outputSchema']);
  for (const [name, value] of defaults) expect([name, rows.get(name)]).toEqual([name, value]);
});

test('the options of a request by hand are those of the page, with their defaults', async () => {
  const rows = tableAfter('Of `request`:');
  const tools = [{ ...HAND, request: { path: '/', '????': 1 } }];
  const all = await known('tools[0].request.????', { baseUrl: BASE.baseUrl, tools });
  expect(new Set(rows.keys())).toEqual(new Set(all));
  expect(rows.get('method')).toBe(defaultsIn('RestRequest').get('method'));
});

test('the figures of the page are those of the code', () => {
  const many = /const MANY = (\d+)/.exec(read('src/rest/rest-tools.ts'))?.[1];
  expect(PAGE).toContain(`Above ${many} tools there is a process warning.`);
  expect(read('src/rest/read-options.ts')).toMatch(/timeout \?\? '30s'.*maxResult \?\? '256kb'/s);
  const most = /MOST_READ = (\d+) \* 1024 \* 1024/.exec(read('src/rest/call/read-answer.ts'))?.[1];
  expect(PAGE).toContain(`\n${most} MB are read at most.`);
});
