import { describe, expect, test } from '@jest/globals';
import { recordingUpstream } from '../support/upstream.ts';
import { base, ENDPOINT, EXTRA, pathOf } from './support/base.ts';
import { outcomeOf, said } from './support/outcome.ts';
import { changed, runningWith } from './support/running.ts';
import { start } from './support/start.ts';

const SCHEMA = [...EXTRA, 'validation/json-schema'];

/** Searches of public things alone. */
const SEARCH = {
  required: ['method'],
  properties: {
    method: { enum: ['initialize', 'ping', 'tools/call'] },
    params: {
      properties: {
        arguments: {
          required: ['area'],
          properties: { area: { const: 'public' }, query: { maxLength: 5 } },
        },
      },
    },
  },
};

const call = (args: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":${args}}}`;
const PUBLIC = call('{"area":"public"}');
const SECRET = call('{"area":"secret"}');
const LIST = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}';

describe('a message', () => {
  test.each<[what: string, body: string, status: number]>([
    ['that matches', PUBLIC, 200],
    ['of another method', LIST, 403],
    ['with another value', SECRET, 403],
    ['that lacks a member', call('{}'), 403],
    ['with a long text', call('{"area":"public","query":"abcdef"}'), 403],
    ['with a member in another spelling', call('{"area":"public","Query":"abcdef"}'), 403],
    ['with a member twice', call('{"area":"secret","area":"public"}'), 400],
    ['with a member twice, escaped', call('{"\\u0061rea":"secret","area":"public"}'), 400],
    ['in a batch that matches', `[${PUBLIC},${PUBLIC}]`, 200],
    ['in a batch with another', `[${PUBLIC},${SECRET}]`, 403],
    ['alone in a batch', `[${SECRET}]`, 403],
    ['that is a response', '{"jsonrpc":"2.0","id":1,"result":{}}', 403],
    ['in a batch with a response', `[{"jsonrpc":"2.0","id":1,"result":{}},${PUBLIC}]`, 403],
    ['that is no JSON', '{', 400],
  ])('%s', async (_what, body, status) => {
    const { ask, upstream } = await runningWith([[SCHEMA, SEARCH]]);
    const answer = await ask({ body });
    expect(answer.status).toBe(status);
    expect(upstream.seen).toHaveLength(status === 200 ? 1 : 0);
  });

  test('that is a response passes where the schema lets it, and is not taken for the next one', async () => {
    const { statuses } = await runningWith([[SCHEMA, { properties: SEARCH.properties }]]);
    const response = '{"jsonrpc":"2.0","id":1,"result":{}}';
    const bodies = [response, `[${response},${PUBLIC}]`, `[${response},${SECRET}]`];
    expect(await statuses(bodies.map((body) => ({ body })))).toEqual([200, 200, 403]);
    const repeated = '{"jsonrpc":"2.0","id":1,"result":{"a":1,"a":2}}';
    expect(await statuses([{ body: repeated }])).toEqual([403]);
  });

  test('that does not match is told why', async () => {
    const { ask } = await runningWith([[SCHEMA, SEARCH]]);
    const { body } = await ask({ body: call('{}') });
    const { error } = JSON.parse(body);
    expect(error.data.reason).toBe('policy_denied');
    expect(error.message).toMatch(/\/params\/arguments lacks "area"/);
  });

  test('sees references within its schema, and the limits of numbers', async () => {
    const { statuses } = await runningWith([
      [
        SCHEMA,
        { definitions: { id: { maximum: 9 } }, properties: { id: { $ref: '#/definitions/id' } } },
      ],
    ]);
    const asked = [9, 10].map((id) => ({ body: `{"jsonrpc":"2.0","id":${id},"method":"ping"}` }));
    expect(await statuses(asked)).toEqual([200, 403]);
  });
});

test('a schema at the POST leaves the other methods as they are', async () => {
  const { host } = await recordingUpstream();
  const document = changed([[SCHEMA, SEARCH]], `http://${host}`) as {
    readonly endpoints: readonly object[];
  };
  const [own] = document.endpoints;
  const [plain] = (base(`http://${host}`) as typeof document).endpoints;
  const { ask, warnings } = await start({
    version: 3,
    endpoints: [{ ...plain, method: 'DELETE' }, own],
  });
  expect((await ask({ body: SECRET })).status).toBe(403);
  expect((await ask({ method: 'DELETE', headers: { 'mcp-session-id': 'a' } })).status).toBe(200);
  expect(warnings.map(({ message }) => message).join()).toMatch(/of a batch each message/);
});

describe('a schema is refused', () => {
  test.each<[what: string, schema: unknown, message: RegExp]>([
    ['with a reference to elsewhere', { $ref: 'https://a.example/b.json' }, /can't resolve/],
    ['with a reference to a file', { $ref: 'file:///etc/passwd' }, /can't resolve/],
    ['with a keyword that nobody knows', { requird: ['a'] }, /unknown keyword/],
    ['with a keyword of later drafts', { unevaluatedProperties: false }, /unknown keyword/],
    ['of draft-04', { $schema: 'http://json-schema.org/draft-04/schema#' }, /draft-07/],
    ['that is wrong', { type: 'objekt' }, /checks nothing/],
    ['that is a list', [], /an object/],
  ])('%s', (_what, schema, message) => {
    const { problems } = outcomeOf(changed([[SCHEMA, schema]]));
    expect(said(problems, pathOf(SCHEMA))).toMatch(message);
  });

  test.each(['GET', 'DELETE'])('at a %s, which has no body', (method) => {
    const { problems } = outcomeOf(
      changed([
        [SCHEMA, SEARCH],
        [[...ENDPOINT, 'method'], method],
      ]),
    );
    expect(said(problems, pathOf(SCHEMA))).toMatch(/refuses each/);
  });
});
