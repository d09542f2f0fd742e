import { describe, expect, test } from '@jest/globals';
import { matchesSchema } from '../../src/exports/schema.ts';
import { post } from '../support/client/send.ts';
import { problemsOf } from '../support/config-error.ts';
import { call, message, modern, modernHeaders } from '../support/messages.ts';
import { guarded } from './support/guarded.ts';

type Schema = Readonly<Record<string, unknown>>;

const SEARCH: Schema = {
  type: 'object',
  properties: {
    query: { type: 'string', minLength: 1, maxLength: 20 },
    limit: { type: 'integer', minimum: 1, maximum: 50 },
    sort: { enum: ['new', 'old', { by: 'name', up: true }] },
    kind: { const: { a: [1, { b: null }] } },
    tags: { type: 'array', uniqueItems: true, items: { type: ['string', 'object'] } },
    since: { type: 'string', format: 'date-time' },
  },
  required: ['query'],
  additionalProperties: false,
};

async function gate(schema: Schema = SEARCH) {
  const gateway = await guarded(matchesSchema({ search: schema }), { denyAs: 'jsonrpc' });
  const ask = async (args: string) => {
    const { body } = await post(gateway.port, call('search', { args }));
    return body === '' ? undefined : (JSON.parse(body).error?.message as string | undefined);
  };
  return { ...gateway, ask };
}

describe('matchesSchema lets through what matches, byte for byte', () => {
  test.each([
    '{"query":"a"}',
    '{ "limit" : 5.0e0 , "query":"\\u00e4" }',
    '{"query":"a","sort":"new"}',
    '{"query":"a","sort":{"up":true,"by":"name"}}',
    '{"query":"a","kind":{"a":[1.0,{"b":null}]}}',
    '{"query":"a","tags":["a","b",{"c":1},{"c":2}]}',
    '{"query":"a","since":"2026-11-26T00:00:00Z"}',
  ])('%s', async (args) => {
    const { ask, forwarded } = await gate();
    expect(await ask(args)).toBeUndefined();
    expect(forwarded()).toEqual([call('search', { args })]);
  });

  test('and all other tools and methods', async () => {
    const { port, forwarded } = await gate();
    const others = [call('other', { args: '{"x":1}' }), message('tools/list'), message('ping')];
    for (const body of others) await post(port, body);
    expect(forwarded()).toEqual(others);
  });
});

describe('what does not match is refused, and says where and why', () => {
  test.each([
    ['{}', 'they lack "query"'],
    ['{"query":""}', '/query must NOT have fewer than 1 characters'],
    [`{"query":"${'a'.repeat(21)}"}`, '/query must NOT have more than 20 characters'],
    ['{"query":5}', '/query must be string'],
    ['{"query":null}', '/query must be string'],
    ['{"query":"a","limit":51}', '/limit must be <= 50'],
    ['{"query":"a","limit":1.5}', '/limit must be integer'],
    ['{"query":"a","limit":"5"}', '/limit must be integer'],
    ['{"query":"a","more":1}', 'they may not have "more"'],
    ['{"query":"a","__proto__":1}', 'they may not have "__proto__"'],
    ['{"query":"a","sort":"up"}', '/sort must be one of "new", "old", {"by":"name","up":true}'],
    [
      '{"query":"a","sort":{"by":"name"}}',
      '/sort must be one of "new", "old", {"by":"name","up":true}',
    ],
    ['{"query":"a","kind":{"a":[1,{"b":0}]}}', '/kind must be {"a":[1,{"b":null}]}'],
    [
      '{"query":"a","tags":[{"c":1,"d":2},{"d":2,"c":1}]}',
      '/tags must not have the same item twice',
    ],
    ['{"query":"a","since":"yesterday"}', '/since must match format "date-time"'],
  ])('%s', async (args, problem) => {
    const { ask, upstream, errors } = await gate();
    expect(await ask(args)).toBe(
      `The arguments do not match the schema of this tool: ${problem}. Correct them and call it again.`,
    );
    expect(upstream.seen).toEqual([]);
    expect(errors.map(({ reason, cause }) => [reason, cause])).toEqual([
      ['policy_denied', undefined],
    ]);
  });

  test('without arguments', async () => {
    const { port } = await gate();
    const answer = await post(port, message('tools/call', '{"name":"search"}'));
    expect(JSON.parse(answer.body).error.message).toContain('they lack "query"');
  });

  test('in the modern era, and shaped as a notification', async () => {
    const { port, upstream } = await gate();
    const body = modern('tools/call', '"name":"search","arguments":{}');
    const answer = await post(port, body, { headers: modernHeaders('tools/call', 'search') });
    expect(JSON.parse(answer.body).error.message).toContain('they lack "query"');
    const without = call('search').replace('"id":1,', '');
    expect((await post(port, without)).status).toBe(403);
    expect(upstream.seen).toEqual([]);
  });

  test('observers are told by which rule, and no value', async () => {
    const { ask, decisions } = await gate();
    await ask('{"query":"sesame, open, and much more"}');
    expect(decisions).toMatchObject([
      {
        outcome: 'deny',
        policy: 'matchesSchema(search)',
        detail: 'maxLength at #/properties/query/maxLength',
      },
    ]);
  });

  test('a name that a client makes up is cut', async () => {
    const { ask } = await gate();
    const told = await ask(`{"query":"a","${'x'.repeat(10_000)}":1}`);
    expect(told?.length).toBeLessThan(400);
  });
});

describe('what two readers could understand differently does not match', () => {
  const open: Schema = { properties: { userName: { const: 'ada' }, amount: { maximum: 10 } } };

  test.each([
    ['a member in another spelling', '{"username":"mallory"}'],
    ['the same behind an invisible character', '{"userName\\u200b":"mallory"}'],
    ['a number that some readers round', '{"amount":9007199254740993}'],
    ['a text with NUL', '{"userName":"ada\\u0000"}'],
  ])('%s', async (_what, args) => {
    const { ask, upstream } = await gate(open);
    expect(await ask(args)).toMatch(/The arguments do not match the schema of this tool/);
    expect(upstream.seen).toEqual([]);
  });
});

describe('several schemas', () => {
  const policy = matchesSchema({
    'delete_*': { required: ['reason'] },
    delete_user: { required: ['id'] },
  });

  test('of patterns that match all have to match', async () => {
    const { port } = await guarded(policy);
    const statusOf = async (tool: string, args: string) =>
      (await post(port, call(tool, { args }))).status;
    expect(await statusOf('delete_user', '{"id":1}')).toBe(403);
    expect(await statusOf('delete_user', '{"reason":1}')).toBe(403);
    expect(await statusOf('delete_user', '{"reason":1,"id":1}')).toBe(200);
    expect(await statusOf('delete_file', '{"reason":1}')).toBe(200);
    expect(await statusOf('delete_file', '{}')).toBe(403);
  });

  test('in shadow mode nothing is refused', async () => {
    const { port, decisions } = await guarded({ ...policy, mode: 'shadow' });
    expect((await post(port, call('delete_file'))).status).toBe(200);
    expect(decisions).toMatchObject([
      { mode: 'shadow', outcome: 'deny', policy: policy.name },
      { outcome: 'allow' },
    ]);
  });
});

test('the dialects that servers write are understood', async () => {
  for (const [uri, schema] of [
    [
      'https://json-schema.org/draft/2020-12/schema',
      { prefixItems: [{ type: 'string' }], items: false },
    ],
    [
      'http://json-schema.org/draft-07/schema#',
      { items: [{ type: 'string' }], additionalItems: false },
    ],
    [
      'https://json-schema.org/draft/2019-09/schema',
      { items: [{ type: 'string' }], additionalItems: false },
    ],
  ] as const) {
    const { ask } = await gate({ $schema: uri, properties: { list: schema } });
    expect(await ask('{"list":["a"]}')).toBeUndefined();
    expect(await ask('{"list":["a","b"]}')).toContain('/list');
    expect(await ask('{"list":[1]}')).toContain('/list/0 must be string');
  }
});

test('a long list of things is compared in time that grows with its length', async () => {
  const { ask } = await gate({ properties: { tags: { uniqueItems: true } } });
  const items = (n: number) => Array.from({ length: n }, (_, i) => `{"id":${i}}`).join();
  expect(await ask(`{"tags":[${items(40_000)}]}`)).toBeUndefined();
  expect(await ask(`{"tags":[${items(40_000)},{"id":5}]}`)).toContain('same item twice');
});

describe('a mistake in a schema names its path', () => {
  test.each<[path: string, schemas: unknown, expected: RegExp]>([
    ['', {}, /a tool's name or more/],
    ['', [], /an object/],
    ['', null, /an object/],
    ['search', { search: null }, /a JSON Schema, like/],
    ['search', { search: true }, /a JSON Schema, like/],
    ['search', { search: [] }, /a JSON Schema, like/],
    ['search', { search: { type: 'objct' } }, /must be equal to one of the allowed values/],
    ['search', { search: { requierd: ['a'] } }, /unknown keyword: "requierd"/],
    ['search', { search: { properties: { a: { patern: 'x' } } } }, /unknown keyword: "patern"/],
    ['search', { search: { properties: { a: { format: 'dat' } } } }, /unknown format "dat"/],
    ['search', { search: { properties: { a: { pattern: '(' } } } }, /regular expression/],
    ['search', { search: { $ref: 'https://evil.example/schema' } }, /can't resolve reference/],
    ['search', { search: { $schema: 'https://example.com/schema' } }, /\$schema is none of/],
    ['search', { search: { $async: true, type: 'object' } }, /\$async/],
    ['search', { search: { properties: { a: { $async: true } } } }, /\$async/],
  ])('%s of %j', (path, schemas, expected) => {
    const [problem, ...others] = problemsOf(() => matchesSchema(schemas as never));
    expect(others).toEqual([]);
    expect(problem?.path).toBe(path);
    expect(problem?.expected).toMatch(expected);
  });

  test('what vendors add under x- is theirs', () => {
    expect(
      problemsOf(() => matchesSchema({ a: { 'x-order': 1, properties: { b: { 'x-y': {} } } } })),
    ).toEqual([]);
  });
});
