import { existsSync, globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const folder = '.github/ISSUE_TEMPLATE';
const forms = globSync(`${folder}/*.yml`, { cwd: root }).filter(
  (path) => !path.endsWith('config.yml'),
);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: { readonly label?: string };
}

test.each(forms)('%s is a form', (path) => {
  const { name, description, body } = parse(read(path)) as Record<string, unknown>;
  expect([typeof name, typeof description]).toEqual(['string', 'string']);
  const fields = (body as Field[]).filter(({ type }) => type !== 'markdown');
  expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length);
  for (const { type, id, attributes } of fields) {
    expect([id, type]).toEqual([expect.any(String), expect.stringMatching(/^(input|textarea)$/)]);
    expect(attributes.label).toMatch(/\S/);
  }
});

test('a bug comes with the record of a request, and with versions', () => {
  const { body } = parse(read(`${folder}/bug.yml`)) as {
    body: (Field & { validations?: { required: boolean } })[];
  };
  const required = body.filter(({ validations }) => validations?.required).map(({ id }) => id);
  expect(required).toEqual(expect.arrayContaining(['record', 'versions', 'config']));
});

test('links of the forms lead to files', () => {
  const links = forms.flatMap((path) => [
    ...read(path).matchAll(/\]\(\.\.\/blob\/main\/([^)#]+)/g),
  ]);
  expect(links.length).toBeGreaterThan(0);
  for (const [, file = ''] of links)
    expect([file, existsSync(new URL(file, root))]).toEqual([file, true]);
});
