import { expect, test } from '@jest/globals';
import { call, document, startApi, startRest } from './support/rest-gateway.ts';

const list = { type: 'array', items: { type: 'string' } };
const object = {
  type: 'object',
  properties: { R: { type: 'integer' }, G: { type: 'integer' }, B: { type: 'integer' } },
};
const RGB = { R: 100, G: 200, B: 150 };
const BLUE = ['blue', 'black', 'brown'];
const color = (place: string, more: object) => ({
  name: 'color',
  in: place,
  ...(place === 'path' && { required: true }),
  ...more,
});

/** The examples of "Style Examples" in OpenAPI 3.1, with delimiters encoded as RFC 3986 asks for. */
test.each<[what: string, parameter: { in: string }, value: unknown, sent: string]>([
  ['form, a text', color('query', { schema: {} }), 'blue', '/p?color=blue'],
  ['form, an empty text', color('query', { schema: {} }), '', '/p?color='],
  ['form, a number', color('query', { schema: {} }), 1.5, '/p?color=1.5'],
  ['form, false', color('query', { schema: {} }), false, '/p?color=false'],
  ['form, null', color('query', { schema: {} }), null, '/p'],
  ['form, a list', color('query', { schema: list }), BLUE, '/p?color=blue&color=black&color=brown'],
  ['form, an empty list', color('query', { schema: list }), [], '/p'],
  [
    'form, a list in one',
    color('query', { schema: list, explode: false }),
    BLUE,
    '/p?color=blue,black,brown',
  ],
  [
    'form, a comma in a list in one',
    color('query', { schema: list, explode: false }),
    ['a,b', 'c'],
    '/p?color=a%2Cb,c',
  ],
  ['form, an object', color('query', { schema: object }), RGB, '/p?R=100&G=200&B=150'],
  [
    'form, an object in one',
    color('query', { schema: object, explode: false }),
    RGB,
    '/p?color=R,100,G,200,B,150',
  ],
  [
    'spaces',
    color('query', { schema: list, style: 'spaceDelimited' }),
    BLUE,
    '/p?color=blue%20black%20brown',
  ],
  [
    'pipes',
    color('query', { schema: list, style: 'pipeDelimited' }),
    BLUE,
    '/p?color=blue%7Cblack%7Cbrown',
  ],
  [
    'pipes, one by one',
    color('query', { schema: list, style: 'pipeDelimited', explode: true }),
    BLUE,
    '/p?color=blue&color=black&color=brown',
  ],
  [
    'deep',
    color('query', { schema: object, style: 'deepObject' }),
    RGB,
    '/p?color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150',
  ],
  [
    'deeper',
    color('query', { schema: {}, style: 'deepObject' }),
    { a: { b: [1, { c: 2 }] } },
    '/p?color%5Ba%5D%5Bb%5D%5B0%5D=1&color%5Ba%5D%5Bb%5D%5B1%5D%5Bc%5D=2',
  ],
  [
    'JSON',
    color('query', { content: { 'application/json': { schema: object } } }),
    { R: 1 },
    '/p?color=%7B%22R%22%3A1%7D',
  ],
  ['a path, a text', color('path', { schema: {} }), 'blue', '/p/blue'],
  ['a path, a number', color('path', { schema: {} }), 7, '/p/7'],
  ['a path, a boolean', color('path', { schema: {} }), true, '/p/true'],
  ['a path, a list', color('path', { schema: list }), BLUE, '/p/blue,black,brown'],
  ['a path, an object', color('path', { schema: object }), RGB, '/p/R,100,G,200,B,150'],
  [
    'a path, an object by name',
    color('path', { schema: object, explode: true }),
    RGB,
    '/p/R=100,G=200,B=150',
  ],
  ['a label', color('path', { schema: {}, style: 'label' }), 'blue', '/p/.blue'],
  [
    'a label, a list',
    color('path', { schema: list, style: 'label' }),
    BLUE,
    '/p/.blue,black,brown',
  ],
  [
    'a label, a list one by one',
    color('path', { schema: list, style: 'label', explode: true }),
    BLUE,
    '/p/.blue.black.brown',
  ],
  [
    'a label, an object by name',
    color('path', { schema: object, style: 'label', explode: true }),
    RGB,
    '/p/.R=100.G=200.B=150',
  ],
  ['a matrix', color('path', { schema: {}, style: 'matrix' }), 'blue', '/p/;color=blue'],
  [
    'a matrix, a list',
    color('path', { schema: list, style: 'matrix' }),
    BLUE,
    '/p/;color=blue,black,brown',
  ],
  [
    'a matrix, a list one by one',
    color('path', { schema: list, style: 'matrix', explode: true }),
    BLUE,
    '/p/;color=blue;color=black;color=brown',
  ],
  [
    'a matrix, an object',
    color('path', { schema: object, style: 'matrix' }),
    RGB,
    '/p/;color=R,100,G,200,B,150',
  ],
  [
    'a matrix, an object by name',
    color('path', { schema: object, style: 'matrix', explode: true }),
    RGB,
    '/p/;R=100;G=200;B=150',
  ],
])('%s', async (_, parameter, value, sent) => {
  const api = await startApi();
  const path = parameter.in === 'path' ? '/p/{color}' : '/p';
  const openapi = document({ [path]: { get: { operationId: 'p', parameters: [parameter] } } });
  const { client } = await startRest({ openapi, baseUrl: api.url, operations: 'p' });
  expect((await call(client, 'p', { color: value })).text).toBe('{}');
  expect(api.seen.map(({ url }) => url)).toEqual([sent]);
});

test.each<[what: string, more: object, value: unknown, sent: string]>([
  ['a text', { schema: {} }, 'blue', 'blue'],
  ['a list', { schema: list }, BLUE, 'blue,black,brown'],
  ['an object', { schema: object }, RGB, 'R,100,G,200,B,150'],
  ['an object by name', { schema: object, explode: true }, RGB, 'R=100,G=200,B=150'],
  ['JSON', { content: { 'application/json': {} } }, [1], '[1]'],
])('a header, %s', async (_, more, value, sent) => {
  const api = await startApi();
  const openapi = document({
    '/p': { get: { operationId: 'p', parameters: [{ name: 'X-Color', in: 'header', ...more }] } },
  });
  const { client } = await startRest({
    openapi,
    baseUrl: api.url,
    operations: 'p',
    tools: { p: { headers: true } },
  });
  await call(client, 'p', { 'X-Color': value });
  expect(api.seen[0]?.headers['x-color']).toBe(sent);
});

test('parameters of a path hold for its operations, which may say otherwise', async () => {
  const openapi = document(
    {
      '/a/{id}': {
        parameters: [
          { $ref: '#/components/parameters/id' },
          { name: 'q', in: 'query', schema: { type: 'integer' } },
        ],
        get: {
          operationId: 'a',
          parameters: [{ name: 'q', in: 'query', required: true, schema: { type: 'boolean' } }],
        },
      },
    },
    {
      components: {
        parameters: { id: { name: 'id', in: 'path', required: true, schema: { type: 'string' } } },
      },
    },
  );
  const { tools } = await startRest({ openapi, baseUrl: 'http://127.0.0.1:1', operations: 'a' });
  expect(tools.tools[0]?.inputSchema).toEqual({
    type: 'object',
    properties: { id: { type: 'string' }, q: { type: 'boolean' } },
    required: ['id', 'q'],
    additionalProperties: false,
  });
});

test('names that stand in several places, or that no model may use, are told apart', async () => {
  const at = (name: string, place: string) => ({
    name,
    in: place,
    required: place === 'path',
    schema: {},
  });
  const openapi = document({
    '/a/{id}': {
      post: {
        operationId: 'a',
        parameters: [
          at('id', 'path'),
          at('id', 'query'),
          at('$filter', 'query'),
          at('page[size]', 'query'),
          at('body', 'query'),
        ],
        requestBody: {
          content: {
            'application/json': { schema: { type: 'object', properties: { id: {}, body: {} } } },
          },
        },
      },
    },
  });
  const api = await startApi();
  const { client, tools } = await startRest({ openapi, baseUrl: api.url, operations: 'a' });
  expect(Object.keys(tools.tools[0]?.inputSchema.properties as object)).toEqual([
    'id__path',
    'id__query',
    'filter',
    'page_size',
    'body__query',
    'id',
    'body',
  ]);
  await call(client, 'a', {
    id__path: 'p',
    id__query: 'q',
    filter: 'f',
    page_size: 5,
    body__query: 'bq',
    id: 'b',
    body: 'bb',
  });
  expect(api.seen[0]?.url).toBe('/a/p?id=q&%24filter=f&page%5Bsize%5D=5&body=bq');
  expect(JSON.parse(String(api.seen[0]?.body))).toEqual({ id: 'b', body: 'bb' });
});

test.each([
  ['spaceDelimited', ['a b', 'c']],
  ['pipeDelimited', ['a|b', 'c']],
])('a value with the delimiter of %s is not sent as two', async (style, color) => {
  const parameters = [{ name: 'color', in: 'query', schema: list, style }];
  const api = await startApi();
  const openapi = document({ '/p': { get: { operationId: 'p', parameters } } });
  const { client } = await startRest({ openapi, baseUrl: api.url, operations: 'p' });
  expect((await call(client, 'p', { color })).isError).toBe(true);
  expect(api.seen).toEqual([]);
});

test('a comma that stays as it is does not make two values of one', async () => {
  const parameters = [
    { name: 'color', in: 'query', schema: list, explode: false, allowReserved: true },
  ];
  const api = await startApi();
  const openapi = document({ '/p': { get: { operationId: 'p', parameters } } });
  const { client } = await startRest({ openapi, baseUrl: api.url, operations: 'p' });
  expect((await call(client, 'p', { color: ['a,b'] })).isError).toBe(true);
  await call(client, 'p', { color: ['a/b', 'c'] });
  expect(api.seen.map(({ url }) => url)).toEqual(['/p?color=a/b,c']);
});
