import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AnswerForm, listed, respond, tool, toolServer } from '../support/tool-server.ts';
import { pinned } from './support/pinned.ts';

const FIELDS = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations'];

/** What a client that reads JSON as JavaScript does would show a model of the tool `a`. */
function shown(text: string): unknown[] | undefined {
  try {
    const { tools } = JSON.parse(text).result;
    const own = tools.filter(({ name }: { name?: unknown }) => name === 'a');
    return own.map((one: Record<string, unknown>) => FIELDS.map((field) => one[field]));
  } catch {
    return undefined;
  }
}

const LIST = listed([
  tool('b'),
  tool(
    'a',
    '"title":"Send","description":"Sends a mail.","inputSchema":{"type":"object","properties":{"to":{"type":"string"}}},"annotations":{"readOnlyHint":false,"x":1.5}',
  ),
]);

const EVIL = `${tool('a', '"title":"evil"')},`;

/** What is put where it may stand in JSON, or in place of a letter; and a piece that is taken out. */
const mutation = fc.oneof(
  fc.record({
    behind: fc.constant('{'),
    put: fc.constantFrom(
      '"description":"evil",',
      '"Description":"evil",',
      '"descri\\u0070tion":"evil",',
      '"tools":[],',
      `"tools":[${EVIL.slice(0, -1)}],`,
      '"name":"a",',
      '"x":1e400,',
      ' ',
    ),
    cut: fc.constant(0),
    at: fc.nat(),
  }),
  fc.record({
    behind: fc.constant('['),
    put: fc.constantFrom(EVIL, '{},', '1,', '\n'),
    cut: fc.constant(0),
    at: fc.nat(),
  }),
  fc.record({
    behind: fc.constantFrom('a', 'e', 's', 'S', '1'),
    put: fc.constantFrom('i', '\\u0069', '\u200b', 'é', '0', ''),
    cut: fc.nat(1),
    at: fc.nat(),
  }),
  fc.record({ behind: fc.constant(''), put: fc.constant(''), cut: fc.nat(60), at: fc.nat() }),
);

interface Mutation {
  readonly behind: string;
  readonly put: string;
  readonly cut: number;
  readonly at: number;
}

function mutated(text: string, { behind, put, cut, at }: Mutation): string {
  const places = [...text.matchAll(new RegExp(behind.replace(/[{[]/, '\\$&'), 'g'))];
  const place = (places[at % places.length]?.index ?? 0) + behind.length;
  return text.slice(0, place) + put + text.slice(place + cut);
}

test('toolPinning: whatever is done to a list, a client that is shown another tool may not call it', async () => {
  const server = await toolServer();
  const { list, call } = await pinned(server.target);
  const before = shown(LIST);
  let [changed, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.array(mutation, { minLength: 1, maxLength: 2 }),
      fc.constantFrom<AnswerForm>('json', 'events'),
      async (mutations, form) => {
        server.list = (res) => respond(res, 'json', LIST);
        await list();
        expect(await call('a')).toBe(200);
        const text = mutations.reduce(mutated, LIST);
        server.list = (res) => respond(res, form, text);
        await list();
        const after = shown(text);
        const isOther = after?.some((one) => JSON.stringify(one) !== JSON.stringify(before?.[0]));
        const status = await call('a');
        if (isOther) changed += 1;
        if (status === 403) refused += 1;
        if (isOther) expect([text, status]).toEqual([text, 403]);
      },
    ),
    { numRuns: 100 },
  );
  // Not everything is broken, and not everything is refused.
  expect(changed).toBeGreaterThan(10);
  expect(refused).toBeLessThan(100);
});
