import { expect, test } from '@jest/globals';
import { toolPinning } from '../../src/exports/pinning.ts';
import {
  clientCredentials,
  createMcpGateway,
  introspection,
  jwt,
  tokenExchange,
} from '../../src/index.ts';
import { problemsOf } from '../support/config-error.ts';
import { read } from '../support/pages.ts';
import { cellsOf, namesIn, rowsUnder } from '../support/table-rows.ts';

const UNKNOWN = '????????';

/** What is known where something unknown was given: the error lists it. */
function knownIn(build: (unknown: never) => unknown): readonly string[] {
  const problems = problemsOf(() => build({ [UNKNOWN]: 1 } as never));
  const { expected = '' } = problems.find(({ path }) => path.endsWith(UNKNOWN)) ?? {};
  return expected.replace('one of ', '').split(', ');
}

const knownInOption = (name: string) =>
  knownIn((unknown) => createMcpGateway({ target: 'http://x', [name]: unknown }));

test.each([
  ['slots/cors', 'Field of `cors` | Default', 'cors'],
  ['slots/ip-filter', 'Field of `ipFilter`', 'ipFilter'],
  ['slots/rate-limit', 'Field of a limit', 'rateLimit'],
  ['slots/streams', 'Field of `streams`', 'streams'],
  ['slots/body-limit', 'Field of `bodyLimit` | Default', 'bodyLimit'],
  ['slots/policies', 'Member of a policy', 'policies'],
  ['slots/timeout', 'Field of `timeout` | Default', 'timeout'],
  ['slots/headers', 'Field of `headers`', 'headers'],
  ['slots/legacy-sse', 'Field of `legacySse`', 'legacySse'],
  ['recipes/network', 'Field of `tls`', 'tls'],
])('the table of %s has each field of the option', (page, head, option) => {
  const names = namesIn(rowsUnder(read(`docs/${page}.md`), `| ${head} | Meaning |`));
  // `cors.methods` is refused: the option `methods` is the same for CORS.
  const known = knownInOption(option).filter((name) => `${option}.${name}` !== 'cors.methods');
  expect(new Set(names)).toEqual(new Set(known));
});

test.each([
  ['slots/auth', 'Option of `jwt`', jwt],
  ['slots/auth', 'Option of `introspection`', introspection],
  ['slots/tool-pinning', 'Option of `toolPinning` | Default', toolPinning],
  ['recipes/upstream-credentials', 'Option of both', clientCredentials],
])('the table of %s, "%s", has what the function takes', (page, head, factory) => {
  const names = namesIn(rowsUnder(read(`docs/${page}.md`), `| ${head} | Meaning |`));
  expect(new Set(names)).toEqual(new Set(knownIn(factory)));
});

test('the tables of recipes/upstream-credentials have what tokenExchange takes', () => {
  const page = read('docs/recipes/upstream-credentials.md');
  const heads = ['Option of both', 'Further option of `tokenExchange`'];
  const names = heads.flatMap((head) => namesIn(rowsUnder(page, `| ${head} | Meaning |`)));
  expect(new Set(names)).toEqual(new Set(knownIn(tokenExchange)));
});

test('the types of options have the fields of each', () => {
  const rows = cellsOf(
    read('docs/reference/options.md')
      .split('\n')
      .filter((line) => line.startsWith('| `')),
  );
  const objects = rows.flatMap(([option = '', type = '']) => {
    const [, fields] = /`\{ (.*) \}`/.exec(type) ?? [];
    return fields === undefined ? [] : [[option.replaceAll('`', ''), fields.split(', ')] as const];
  });
  expect(objects.length).toBeGreaterThanOrEqual(10);
  for (const [option, fields] of objects) {
    const known = knownInOption(option).filter((name) => `${option}.${name}` !== 'cors.methods');
    expect([option, new Set(fields)]).toEqual([option, new Set(known)]);
  }
});
