import { describe, expect, test } from '@jest/globals';
import {
  type ApiAnswer,
  call,
  document,
  ERAS,
  startApi,
  startRest,
} from './support/rest-gateway.ts';

const ORDER = {
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'integer' },
    note: { type: 'string' },
    secret: { type: 'string', writeOnly: true },
    next: { $ref: '#/components/schemas/Order' },
  },
};

const OPENAPI = document(
  {
    '/order': {
      get: {
        operationId: 'order',
        responses: {
          404: { description: '', content: { 'application/json': { schema: { type: 'string' } } } },
          200: {
            description: '',
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
          },
        },
      },
    },
    '/orders': {
      get: {
        operationId: 'orders',
        responses: {
          '2XX': {
            description: '',
            content: {
              'application/json': { schema: { type: 'array', items: { type: 'integer' } } },
            },
          },
        },
      },
    },
  },
  { components: { schemas: { Order: ORDER } } },
);

describe.each(ERAS)(
  'the schema of results is shown on demand, to a client of the era with %s',
  (_, mode) => {
    async function start(answer: () => ApiAnswer) {
      const { url } = await startApi(answer);
      const { client } = await startRest(
        {
          openapi: OPENAPI,
          baseUrl: url,
          operations: ['order', 'orders'],
          tools: { order: { outputSchema: true }, orders: { outputSchema: true } },
          maxResult: 100,
        },
        { mode },
      );
      const { tools } = await client.listTools();
      return { client, tools };
    }

    test('without references, and without what only requests have', async () => {
      const { tools } = await start(() => ({}));
      const text = JSON.stringify(tools[0]?.outputSchema);
      expect(tools[0]?.outputSchema).toMatchObject({
        type: 'object',
        properties: { id: { type: 'integer' }, note: { type: 'string' } },
      });
      expect(text).not.toContain('$ref');
      expect(text).not.toContain('secret');
    });

    test('a result that fits is structured', async () => {
      const { client } = await start(() => ({ body: { id: 1, note: 'x' } }));
      expect(await call(client, 'order')).toMatchObject({
        isError: false,
        structuredContent: { id: 1, note: 'x' },
      });
    });

    test('a list as well, in a form that the era has', async () => {
      const { client } = await start(() => ({ body: [1, 2] }));
      expect(await call(client, 'orders')).toMatchObject({
        isError: false,
        text: '[1,2]',
        structuredContent: mode === 'legacy' ? { result: [1, 2] } : [1, 2],
      });
    });

    test.each<[string, string, ApiAnswer, string]>([
      [
        'null where a text belongs',
        'order',
        { body: { id: 1, note: null } },
        '{"id":1,"note":null}',
      ],
      ['a list where an object belongs', 'order', { body: [1] }, '[1]'],
      ['an object where a list belongs', 'orders', { body: { a: 1 } }, '{"a":1}'],
      ['a text', 'order', { body: 'x', headers: { 'content-type': 'text/plain' } }, 'x'],
      ['nothing', 'order', { status: 204 }, 'HTTP 204: done, and there is nothing to show.'],
    ])(
      'the official client takes what does not fit, as text with a note: %s',
      async (_what, tool, answer, text) => {
        const { client } = await start(() => answer);
        const result = await call(client, tool);
        expect(result.isError).toBe(false);
        expect(result.content[0]).toEqual({ type: 'text', text });
        expect(result.content).toHaveLength(2);
        expect(result.structuredContent).toEqual({ unexpectedResult: expect.any(String) });
      },
    );

    test('and a list that was cut', async () => {
      const { client } = await start(() => ({ body: Array.from({ length: 100 }, (_, i) => i) }));
      const { isError, content } = await call(client, 'orders');
      expect(isError).toBe(false);
      expect(JSON.parse((content[0] as unknown as { text: string }).text)).toMatchObject({
        truncated: true,
        truncatedFrom: 100,
      });
    });

    test('and an error', async () => {
      const { client } = await start(() => ({ status: 404, body: { title: 'Gone' } }));
      expect(await call(client, 'order')).toMatchObject({ isError: true, text: 'HTTP 404: Gone' });
    });
  },
);
