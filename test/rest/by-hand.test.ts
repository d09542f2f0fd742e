import { expect, test } from '@jest/globals';
import type { RestToolByHand } from '../../src/exports/rest.ts';
import { call, ERAS, startApi, startRest } from './support/rest-gateway.ts';

const inputSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    limit: { type: 'integer' },
    tags: { type: 'array', items: { type: 'string' } },
    filter: { type: 'object' },
    note: { type: 'string' },
    lines: { type: 'array' },
  },
  required: ['id'],
};

async function start(tool: Partial<RestToolByHand>, mode: (typeof ERAS)[number][1] = 'legacy') {
  const api = await startApi(() => ({ body: [{ a: 1, b: 2 }] }));
  const { client, tools } = await startRest(
    {
      baseUrl: `${api.url}/v1`,
      tools: [{ name: 'order', inputSchema, request: { path: '/orders/{id}' }, ...tool }],
    },
    { mode },
  );
  return { api, client, tools };
}

test.each<[string, RestToolByHand['request'], object, [string, string, string]]>([
  ['a path', { path: '/orders/{id}' }, { id: 'a/b' }, ['GET', '/v1/orders/a%2Fb', '']],
  [
    'a query',
    { path: '/orders/{id}/x', query: ['limit', 'tags', 'filter'] },
    { id: '1', limit: 5, tags: ['a', 'b'], filter: { c: { d: 1 } } },
    ['GET', '/v1/orders/1/x?limit=5&tags=a&tags=b&filter%5Bc%5D%5Bd%5D=1', ''],
  ],
  [
    'a body of some arguments',
    { method: 'PUT', path: '/orders/{id}', body: ['note', 'lines'] },
    { id: '1', note: 'n', limit: 3 },
    ['PUT', '/v1/orders/1', '{"note":"n"}'],
  ],
  [
    'a body of all others',
    { method: 'POST', path: '/orders/{id}', query: ['limit'], body: 'json' },
    { id: '1', limit: 3, note: 'n', lines: [1] },
    ['POST', '/v1/orders/1?limit=3', '{"note":"n","lines":[1]}'],
  ],
])('a tool that is written by hand makes a request: %s', async (_, request, args, sent) => {
  const { api, client } = await start({ request });
  expect((await call(client, 'order', args as Record<string, unknown>)).isError).toBe(false);
  expect(api.seen.map(({ method, url, body }) => [method, url, String(body)])).toEqual([sent]);
});

test.each(ERAS)(
  'it is shown as it was written, and has what others have: the era with %s',
  async (_, mode) => {
    const { client } = await start(
      {
        title: 'Order',
        description: 'Gives an order.',
        annotations: { openWorldHint: false },
        result: { pick: ['a'] },
      },
      mode,
    );
    const { tools } = await client.listTools();
    expect(tools).toEqual([
      {
        name: 'order',
        title: 'Order',
        description: 'Gives an order.',
        inputSchema: { ...inputSchema, additionalProperties: false },
        annotations: {
          readOnlyHint: true,
          destructiveHint: false,
          idempotentHint: true,
          openWorldHint: false,
        },
      },
    ]);
    expect((await call(client, 'order', { id: '1' })).text).toBe('[{"a":1}]');
  },
);

test('its arguments are checked, those of no use as well', async () => {
  const { api, client } = await start({});
  for (const args of [{}, { id: 1 }, { id: '1', url: 'http://evil.example' }, { id: '..' }]) {
    expect((await call(client, 'order', args)).isError).toBe(true);
  }
  expect(api.seen).toEqual([]);
});

test('its schema may take any names for the body', async () => {
  const { api, client } = await start({
    inputSchema: { type: 'object', additionalProperties: true },
    request: { method: 'POST', path: '/orders/{id}', body: 'json' },
  });
  await call(client, 'order', { id: '1', 'any name': 2, constructor: 3 });
  expect(String(api.seen[0]?.body)).toBe('{"any name":2,"constructor":3}');
  expect(await call(client, 'order', {})).toMatchObject({
    isError: true,
    text: expect.stringContaining('"id" is empty'),
  });
});

test('it may say what its results are', async () => {
  const outputSchema = { type: 'array', items: { type: 'object', required: ['a'] } };
  const { client } = await start({ outputSchema });
  await client.listTools();
  expect(await call(client, 'order', { id: '1' })).toMatchObject({
    isError: false,
    structuredContent: { result: [{ a: 1, b: 2 }] },
  });
});
