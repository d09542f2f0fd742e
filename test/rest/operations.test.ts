import { describe, expect, jest, test } from '@jest/globals';
import { type RestToolsOptions, restTools } from '../../src/exports/rest.ts';
import { problemsOf, toldOf } from './support/problems.ts';
import { document } from './support/rest-gateway.ts';

const ORDERS = document({
  '/orders': {
    get: { operationId: 'listOrders', tags: ['orders'] },
    post: { operationId: 'createOrder', tags: ['orders', 'write'] },
  },
  '/orders/{id}': {
    get: { operationId: 'getOrder', tags: ['orders'] },
    delete: { operationId: 'deleteOrder', tags: ['orders', 'write'], deprecated: true },
  },
  '/orders/{id}/items': { get: { tags: ['items'] } },
  '/users/{id}': { get: { operationId: 'users.get' } },
});

const baseUrl = 'http://127.0.0.1:1';

async function namesOf(operations: RestToolsOptions['operations'], more: object = {}) {
  const { tools, skipped } = await restTools({
    openapi: ORDERS,
    baseUrl,
    operations,
    ...more,
  } as RestToolsOptions);
  return { tools: tools.map(({ name }) => name), skipped };
}

describe('nothing is exposed that is not named', () => {
  test.each<[string, RestToolsOptions['operations'], string[]]>([
    ['an id', 'getOrder', ['getOrder']],
    ['method and path', 'GET /orders/{id}', ['getOrder']],
    ['a method in lower case', 'get /orders', ['listOrders']],
    ['a pattern, which does not cross a slash', 'GET /orders*', ['listOrders']],
    ['a pattern for a segment', 'GET /orders/*', ['getOrder']],
    ['a pattern for several', 'GET /orders/*/*', ['GET_orders_id_items']],
    ['a pattern for any method', '* /orders', ['listOrders', 'createOrder']],
    ['a tag', 'tag:write', ['createOrder']],
    [
      'a function',
      ({ method, path }) => method === 'GET' && path.startsWith('/users'),
      ['users_get'],
    ],
    [
      'several, each once',
      ['tag:orders', 'listOrders', 'users.get'],
      ['listOrders', 'createOrder', 'getOrder', 'users_get'],
    ],
  ])('%s', async (_, operations, expected) => {
    expect((await namesOf(operations)).tools).toEqual(expected);
  });

  test.each<[string, unknown, string]>([
    [
      'an id',
      'getOrders',
      "operations[0]: the id of an operation, like \"getOrder\", 'METHOD /path', 'tag:NAME' or a function",
    ],
    ['a path', 'GET /order', 'operations[0]: an operation of the document, like "GET /orders"'],
    ['a tag', 'tag:order', 'operations[0]: a tag of the document, like "orders"'],
    [
      'a pattern',
      'PUT /orders/*',
      "operations[0]: a pattern that an operation matches ('*' stands for any characters but '/')",
    ],
    ['a function', () => false, 'operations[0]: a function that picks an operation'],
    [
      'none at all',
      undefined,
      "operations: a list, and in it the id of an operation, 'METHOD /path' (with '*'), 'tag:NAME', or a function",
    ],
    [
      'an empty list',
      [],
      "operations: a list, and in it the id of an operation, 'METHOD /path' (with '*'), 'tag:NAME', or a function",
    ],
  ])('%s that names nothing is a mistake', async (_, operations, told) => {
    expect(await toldOf({ openapi: ORDERS, baseUrl, operations })).toEqual([told]);
  });

  test('an id that two operations have names neither', async () => {
    const openapi = document({ '/a': { get: { operationId: 'a' }, put: { operationId: 'a' } } });
    expect(await toldOf({ openapi, baseUrl, operations: 'a' })).toEqual([
      "operations[0]: an id that one operation has: use 'GET /a' or 'PUT /a'",
    ]);
  });

  test('a deprecated one is picked by its name alone', async () => {
    const { tools, skipped } = await namesOf(['tag:write']);
    expect(tools).toEqual(['createOrder']);
    expect(skipped).toEqual([
      {
        operation: 'deleteOrder',
        reason: 'it is deprecated: name it by its id, or by method and path',
      },
    ]);
    expect(await namesOf(['tag:write', 'deleteOrder'])).toEqual({
      tools: ['createOrder', 'deleteOrder'],
      skipped: [],
    });
    expect((await namesOf('DELETE /orders/{id}')).tools).toEqual(['deleteOrder']);
  });

  test('more than forty are a warning', async () => {
    const paths = (count: number) =>
      document(
        Object.fromEntries(Array.from({ length: count }, (_, i) => [`/p${i}`, { get: {} }])),
      );
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await restTools({ openapi: paths(40), baseUrl, operations: 'GET /*' });
    const { tools } = await restTools({ openapi: paths(41), baseUrl, operations: 'GET /*' });
    expect(warn.mock.calls).toEqual([
      [
        expect.stringContaining('41 tools'),
        { type: 'McpGatewayWarning', code: 'MCP_GATEWAY_MANY_TOOLS' },
      ],
    ]);
    warn.mockRestore();
    expect(tools).toHaveLength(41);
  });
});

describe('what cannot be a tool', () => {
  const parameter = (more: object) => ({
    get: { operationId: 'a', parameters: [{ name: 'p', ...more }] },
  });
  const body = (type: string) => ({
    post: { operationId: 'a', requestBody: { content: { [type]: {} } } },
  });

  const INEXPRESSIBLE: readonly (readonly [what: string, pathItem: object, reason: string])[] = [
    [
      'a header that is not exposed',
      parameter({ in: 'header', required: true }),
      'needs the header "p": set headers: true for this tool, or name it in forward',
    ],
    [
      'a cookie',
      parameter({ in: 'cookie', required: true }),
      'needs the cookie "p", and cookies are no arguments',
    ],
    ['a body of XML', body('application/xml'), 'takes a body of application/xml'],
    [
      'a body of nothing',
      { post: { operationId: 'a', requestBody: {} } },
      'has a body of no media type',
    ],
    [
      'a style that there is not',
      parameter({ in: 'query', style: 'cubist' }),
      'has the parameter "p" in the style "cubist"',
    ],
    [
      'parameters of any name',
      parameter({
        in: 'query',
        required: true,
        schema: { type: 'object', additionalProperties: true },
      }),
      'takes any parameters by "p"',
    ],
    [
      'a reference that leads nowhere',
      { get: { operationId: 'a', parameters: [{ $ref: '#/components/parameters/p' }] } },
      'cannot be read: the reference "#/components/parameters/p" leads to nothing',
    ],
    ['a place that there is not', parameter({ in: 'space' }), 'has the parameter "p" in "space"'],
  ];

  test.each(INEXPRESSIBLE)('%s is a mistake where it was named', async (_, pathItem, reason) => {
    const openapi = document({ '/a': pathItem });
    expect(await toldOf({ openapi, baseUrl, operations: ['a'] })).toEqual([
      `operations[0]: an operation that can be a tool; this one ${reason}`,
    ]);
  });

  test.each(INEXPRESSIBLE)(
    '%s is skipped where a pattern has picked it',
    async (_, pathItem, reason) => {
      const openapi = document({ '/a': pathItem, '/b': { get: {} } });
      const { tools, skipped } = await restTools({ openapi, baseUrl, operations: '* /*' });
      expect(tools.map(({ name }) => name)).toEqual(['GET_b']);
      expect(skipped).toEqual([{ operation: 'a', reason: `it ${reason}` }]);
    },
  );
});

describe('names of tools', () => {
  test('are what all clients take, and are set where they are not', async () => {
    const long = 'x'.repeat(80);
    const openapi = document({
      '/a/{b}': { get: {} },
      '/c': { get: { operationId: 'Größe/ändern v2' } },
      '/d': { get: { operationId: long } },
      '/e': { get: { operationId: 'e', 'x-mcp': { name: 'from_extension' } } },
    });
    const { tools } = await restTools({
      openapi,
      baseUrl,
      operations: ['GET /a/*', 'GET /*'],
      tools: { 'GET /a/{b}': { name: 'mine' } },
    });
    expect(tools.map(({ name }) => name)).toEqual([
      'mine',
      'Gr_e_ndern_v2',
      expect.stringMatching(/^x{55}_[\da-f]{8}$/),
      'from_extension',
    ]);
  });

  test('long ones that begin alike stay apart', async () => {
    const id = 'x'.repeat(100);
    const openapi = document({
      '/a': { get: { operationId: `${id}a` }, put: { operationId: `${id}b` } },
    });
    const { tools } = await restTools({ openapi, baseUrl, operations: '* /a' });
    expect(new Set(tools.map(({ name }) => name)).size).toBe(2);
  });

  test('a clash is a mistake, with what to do', async () => {
    const openapi = document({
      '/a': { get: { operationId: 'a.b' } },
      '/b': { get: { operationId: 'a/b' } },
    });
    expect(await problemsOf({ openapi, baseUrl, operations: ['a.b', 'a/b'] })).toEqual([
      expect.objectContaining({
        path: 'operations[1]',
        given: '"GET /b"',
        expected: 'a name that GET /a does not have: both would be a_b; set tools["GET /b"].name',
      }),
    ]);
    const { tools } = await restTools({
      openapi,
      baseUrl,
      operations: ['a.b', 'a/b'],
      tools: { 'GET /b': { name: 'other' } },
    });
    expect(tools.map(({ name }) => name)).toEqual(['a_b', 'other']);
  });

  test('settings of what is no tool are a mistake', async () => {
    expect(
      await toldOf({ openapi: ORDERS, baseUrl, operations: 'getOrder', tools: { listOrder: {} } }),
    ).toEqual([
      'tools.listOrder: an operation that is picked by operations: getOrder, GET /orders/{id}',
    ]);
  });
});
