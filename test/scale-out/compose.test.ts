import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const COMPOSE = read('examples/scale-out/compose.yaml');

test('in containers, nginx finds the gateways by their names and listens on all addresses', () => {
  const conf = read('examples/scale-out/nginx.conf');
  const edits = [...COMPOSE.matchAll(/-e 's\/([^/]+)\/([^/]+)\/'/g)];
  expect(edits).toHaveLength(3);
  let edited = conf;
  for (const [, from = '', to = ''] of edits) {
    expect(edited.split(from)).toHaveLength(2);
    edited = edited.replace(from, to);
  }
  expect(edited).not.toMatch(/^[^#]*127\.0\.0\.1/m);
  for (const [, name] of edited.matchAll(/^ *server ([\w-]+):3001 /gm)) {
    expect(COMPOSE).toContain(`\n  ${name}:\n`);
  }
});

test('containers run files that exist, with variables that these read', () => {
  const files = [...COMPOSE.matchAll(/examples\/scale-out\/\w+(?:\.ts)?/g)].map(([file]) => file);
  expect(new Set(files).size).toBe(3);
  for (const file of files) expect([file, existsSync(new URL(file, root))]).toEqual([file, true]);
  const sources = ['gateway.ts', 'upstream.ts'].map((name) => read(`examples/scale-out/${name}`));
  const variables = [...COMPOSE.matchAll(/^ {2,}([A-Z_\d]+): /gm)].map(([, name]) => name);
  expect(variables).toHaveLength(6);
  for (const name of variables) expect(sources.join('\n')).toMatch(new RegExp(`\\b${name} = '`));
});
