import { expect, test } from '@jest/globals';
import { connect } from '../support/mcp.ts';
import { document, ERAS, startApi, startRest } from './support/rest-gateway.ts';

const OPENAPI = document({
  '/a': { get: { operationId: 'a' } },
  '/b': { get: { operationId: 'b' } },
});

test.each(ERAS)(
  'the server says what it is, and lists its tools in one page: the era with %s',
  async (_, mode) => {
    const { url } = await startApi();
    const { client } = await startRest(
      { openapi: OPENAPI, baseUrl: url, operations: ['a', 'b'] },
      { mode },
    );
    expect(client.getProtocolEra()).toBe(mode === 'legacy' ? 'legacy' : 'modern');
    expect(client.getServerVersion()).toMatchObject({ name: 'Orders', version: '1.2.3' });
    expect(client.getServerCapabilities()).toEqual({ tools: {} });
    const page = await client.listTools();
    expect(page.tools.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(page).not.toHaveProperty('nextCursor');
  },
);

test('a list may be kept for some minutes, by nobody but who asked', async () => {
  const { url } = await startApi();
  const { gateway } = await startRest({ openapi: OPENAPI, baseUrl: url, operations: 'a' });
  const { client, exchanges } = await connect(gateway.url, { pin: '2026-07-28' });
  const { ttlMs, cacheScope } = (await client.listTools()) as {
    ttlMs?: number;
    cacheScope?: string;
  };
  expect({ ttlMs, cacheScope }).toEqual({ ttlMs: 300_000, cacheScope: 'private' });
  expect(
    exchanges.every(({ answer }) => answer.headers.get('content-type') === 'application/json'),
  ).toBe(true);
});

test.each(['GET', 'DELETE'])('there are no sessions: %s is 405', async (method) => {
  const { url } = await startApi();
  const { gateway } = await startRest({ openapi: OPENAPI, baseUrl: url, operations: 'a' });
  const answer = await fetch(gateway.url, { method, headers: { accept: 'text/event-stream' } });
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('POST');
});

test('the tools are what they were when they were made', async () => {
  const api = await startApi();
  const openapi = structuredClone(OPENAPI) as { paths: Record<string, unknown> };
  const { client, tools } = await startRest({ openapi, baseUrl: api.url, operations: 'a' });
  openapi.paths = {};
  expect(tools.tools).toEqual((await client.listTools()).tools);
});

test('the handler is an MCP server without a gateway as well, behind a parser of bodies', async () => {
  const { default: express } = await import('express');
  const { serve } = await import('../support/servers.ts');
  const { restTools } = await import('../../src/exports/rest.ts');
  const api = await startApi(() => ({ body: { a: 1 } }));
  const tools = await restTools({ openapi: OPENAPI, baseUrl: api.url, operations: 'a' });
  const { port } = await serve(
    express()
      .use(express.json())
      .all('/mcp', (req, res) => tools(req, res)),
  );
  for (const [, mode] of ERAS) {
    const { client } = await connect(`http://127.0.0.1:${port}/mcp`, mode);
    expect((await client.callTool({ name: 'a' })).structuredContent).toEqual({ a: 1 });
  }
});
