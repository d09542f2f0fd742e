import { describe, expect, test } from '@jest/globals';
import { call, document, ERAS, startApi, startRest } from './support/rest-gateway.ts';

const ORDERS = document({
  '/orders': {
    get: {
      operationId: 'listOrders',
      summary: 'Lists orders',
      description: 'All orders, newest first.',
      parameters: [
        { name: 'limit', in: 'query', schema: { type: 'integer' }, description: 'How many' },
      ],
    },
    post: {
      operationId: 'createOrder',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              required: ['item'],
              properties: { item: { type: 'string' }, count: { type: 'integer' } },
            },
          },
        },
      },
    },
  },
  '/orders/{id}': {
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
    get: { operationId: 'getOrder' },
  },
});

describe.each(ERAS)(
  'operations of a document are tools for a client of the era with %s',
  (_, mode) => {
    test('they are listed, and nothing else is', async () => {
      const { url } = await startApi();
      const { client } = await startRest(
        { openapi: ORDERS, baseUrl: url, operations: ['listOrders', 'POST /orders'] },
        { mode },
      );
      const { tools } = await client.listTools();
      expect(tools).toEqual([
        {
          name: 'listOrders',
          title: 'Lists orders',
          description: 'All orders, newest first.',
          inputSchema: {
            type: 'object',
            properties: { limit: { type: 'integer', description: 'How many' } },
            additionalProperties: false,
          },
          annotations: {
            readOnlyHint: true,
            destructiveHint: false,
            idempotentHint: true,
            openWorldHint: true,
          },
        },
        {
          name: 'createOrder',
          inputSchema: {
            type: 'object',
            properties: { item: { type: 'string' }, count: { type: 'integer' } },
            required: ['item'],
            additionalProperties: false,
          },
          annotations: {
            readOnlyHint: false,
            destructiveHint: true,
            idempotentHint: false,
            openWorldHint: true,
          },
        },
      ]);
    });

    test('a call is a request to the API, and its answer is the result', async () => {
      const api = await startApi(({ method }) => ({ body: { method } }));
      const { client } = await startRest(
        {
          openapi: ORDERS,
          baseUrl: `${api.url}/v1/`,
          operations: ['GET /orders*', 'GET /orders/*', 'createOrder'],
        },
        { mode },
      );
      expect(await call(client, 'getOrder', { id: 'a b/c' })).toEqual({
        isError: false,
        text: '{"method":"GET"}',
        structuredContent: { method: 'GET' },
        content: [{ type: 'text', text: '{"method":"GET"}' }],
      });
      await call(client, 'listOrders', { limit: 3 });
      await call(client, 'createOrder', { item: 'x', count: 2 });
      expect(api.seen.map(({ method, url, body }) => [method, url, body.toString()])).toEqual([
        ['GET', '/v1/orders/a%20b%2Fc', ''],
        ['GET', '/v1/orders?limit=3', ''],
        ['POST', '/v1/orders', '{"item":"x","count":2}'],
      ]);
      expect(api.seen[2]?.headers['content-type']).toBe('application/json');
    });
  },
);
