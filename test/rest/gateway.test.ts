import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { apiKey, requireScopes } from '../../src/index.ts';
import { connect } from '../support/mcp.ts';
import { call, document, ERAS, startApi, startRest } from './support/rest-gateway.ts';

const OPENAPI = document({
  '/orders': {
    get: { operationId: 'listOrders' },
    post: {
      operationId: 'createOrder',
      requestBody: {
        content: { 'application/json': { schema: { type: 'object', properties: { item: {} } } } },
      },
    },
  },
});

const key = (subject: string, scopes: string[]) => ({
  sha256: hash('sha256', subject),
  subject,
  scopes,
});

describe.each(ERAS)(
  'what a gateway has holds for its tools from REST: the era with %s',
  (_, mode) => {
    test('who it is, which tools they see and may call, and as whom the API is called', async () => {
      const api = await startApi();
      const { gateway } = await startRest(
        { openapi: OPENAPI, baseUrl: api.url, operations: '* /orders', forward: ['X-User'] },
        {
          mode,
          config: {
            auth: [
              apiKey({ keys: [key('reader', []), key('writer', ['orders:write'])] }),
              // The first client of the test has no key.
              () => ({ subject: 'nobody' }),
            ],
            policies: requireScopes({ createOrder: ['orders:write'] }),
            filterLists: true,
            headers: { set: { 'X-User': ({ principal }) => principal?.subject } },
          },
        },
      );
      for (const [user, tools] of [
        ['reader', ['listOrders']],
        ['writer', ['listOrders', 'createOrder']],
      ] as const) {
        const { client } = await connect(gateway.url, mode, {
          requestInit: { headers: { 'X-Api-Key': user } },
        });
        expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(tools);
        const created = call(client, 'createOrder', { item: 1 });
        if (user === 'reader') await expect(created).rejects.toThrow();
        else expect((await created).isError).toBe(false);
      }
      expect(api.seen.map(({ method, headers }) => [method, headers['x-user']])).toEqual([
        ['POST', 'writer'],
      ]);
      expect(api.seen[0]?.headers).not.toHaveProperty('x-api-key');
    });
  },
);
