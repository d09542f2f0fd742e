import { expect, test } from '@jest/globals';
import { nowInSeconds } from '../support/jwt/issued.ts';
import { keyServer, sign, signingKey } from '../support/jwt/issuer.ts';
import { connect } from '../support/mcp.ts';
import { startExample } from '../support/start-example.ts';
import { call, startApi } from './support/rest-gateway.ts';

const AUDIENCE = 'https://gateway.example/mcp';

test('examples/rest.ts gives each caller its own orders, and orders for those who may', async () => {
  const key = await signingKey('key-1');
  const { issuer } = await keyServer(key);
  const { port } = await startExample('rest.ts', { ISSUER: issuer });
  const url = `http://127.0.0.1:${port}/mcp`;
  const clientOf = async (sub: string, scope: string) => {
    const exp = nowInSeconds() + 60;
    const token = await sign(key, { iss: issuer, aud: AUDIENCE, sub, scope, exp });
    // What a client says of X-User has no effect.
    const headers = { Authorization: `Bearer ${token}`, 'X-User': 'bob' };
    return (await connect(url, { pin: '2026-07-28' }, { requestInit: { headers } })).client;
  };
  const alice = await clientOf('alice', 'orders:write');
  const { tools } = await alice.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['listOrders', 'createOrder']);
  expect(tools[0]).toMatchObject({
    title: 'List orders',
    description: expect.stringMatching(/^Your orders, newest first/),
    annotations: { readOnlyHint: true, destructiveHint: false },
  });

  expect((await call(alice, 'listOrders')).structuredContent).toEqual({
    items: [{ id: '2', item: 'chair' }],
  });
  expect(await call(alice, 'createOrder', { item: 'lamp' })).toMatchObject({
    isError: false,
    structuredContent: { user: 'alice', item: 'lamp' },
  });
  expect((await call(alice, 'listOrders', { limit: 1 })).structuredContent).toEqual({
    items: [{ id: '3', item: 'lamp' }],
  });
  expect(await call(alice, 'createOrder', { item: 'boat' })).toMatchObject({
    isError: true,
    text: 'HTTP 409: Out of stock: There is no boat.',
  });
  expect(await call(alice, 'listOrders', { limit: 500 })).toMatchObject({ isError: true });

  const reader = await clientOf('bob', 'orders:read');
  expect((await call(reader, 'listOrders')).structuredContent).toEqual({
    items: [{ id: '1', item: 'table' }],
  });
  await expect(
    reader.callTool({ name: 'createOrder', arguments: { item: 'x' } }),
  ).rejects.toThrow();
  expect((await fetch(url, { method: 'POST' })).status).toBe(401);
});

test('examples/rest-by-hand.ts makes of arguments the request that it says', async () => {
  const day = { date: '2026-01-01', summary: 'Snow', station: 7 };
  const api = await startApi(() => ({ body: { days: [day] } }));
  const { port } = await startExample('rest-by-hand.ts', { API_URL: `${api.url}/v1` });
  const { client } = await connect(`http://127.0.0.1:${port}/mcp`, { pin: '2026-07-28' });
  const called = await call(client, 'forecast', { place: 'São Paulo', days: 1 });
  expect(called.structuredContent).toEqual({ days: [{ date: '2026-01-01', summary: 'Snow' }] });
  expect(api.seen.map(({ url }) => url)).toEqual(['/v1/places/S%C3%A3o%20Paulo/forecast?days=1']);
});
