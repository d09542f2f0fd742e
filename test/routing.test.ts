import { describe, expect, jest, test } from '@jest/globals';
import express, { type Request } from 'express';
import request from 'supertest';
import { createMcpGateway, type GatewayContext } from '../src/index.ts';
import { exchange } from './support/client/raw.ts';
import { startGateway } from './support/gateway.ts';
import { recordingUpstream } from './support/upstream.ts';

describe('path', () => {
  test.each([
    ['/mcp', 200],
    ['/mcp/', 200],
    ['/mcp?a=b&sessionId=1', 200],
    ['/MCP', 404],
    ['/mcp/below', 404],
    ['/mcp//', 404],
    ['//mcp', 404],
    ['/%6dcp', 404],
    ['/mcp%2f', 404],
    ['/mcpx', 404],
    ['/', 404],
  ])('%s: %i', async (path, status) => {
    const upstream = await recordingUpstream();
    const { port } = await startGateway({ target: upstream.target });
    const client = await exchange(
      port,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(client.statuses).toEqual([status]);
    expect(upstream.seen).toHaveLength(status === 200 ? 1 : 0);
  });

  test.each(['/mcp/../up/admin', '/mcp?key=2', 'http://evil.example/mcp?key=2'])(
    'the target’s path and query are the only ones an upstream sees (%s)',
    async (requested) => {
      const upstream = await recordingUpstream();
      const { port } = await startGateway({ target: upstream.target });
      await exchange(port, `GET ${requested} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      for (const { url } of upstream.seen) expect(url).toBe('/up/mcp?key=1');
    },
  );

  test('a path with characters that mean something to a pattern is taken literally', async () => {
    const upstream = await recordingUpstream();
    const { server } = await startGateway({ target: upstream.target, path: '/a.b/(c)*' });
    await request(server).post('/a.b/(c)*').expect(200);
    await request(server).post('/a.b/cc').expect(404);
    await request(server).post('/axb/(c)*').expect(404);
  });

  test("'/' serves the path the router is mounted on", async () => {
    const upstream = await recordingUpstream();
    const app = express();
    app.use('/team/:id/mcp', createMcpGateway({ path: '/', target: upstream.target }));
    await request(app).post('/team/7/mcp').expect(200);
    await request(app).post('/team/7/mcp/').expect(200);
    await request(app).post('/team/7/mcp/x').expect(404);
  });

  test('a first miss under a mount path warns once, and says what to change', async () => {
    const app = express();
    app.use('/mcp', createMcpGateway({ target: 'http://127.0.0.1:1' }));
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await request(app).post('/mcp').expect(404);
    await request(app).post('/mcp').expect(404);
    const calls = emitted.mock.calls;
    emitted.mockRestore();
    expect(calls).toEqual([
      [expect.stringContaining("path: '/'"), expect.objectContaining({ code: 'MCP_GATEWAY_PATH' })],
    ]);
  });

  test("a miss under a gateway whose path is '/' is none of its mistakes", async () => {
    const app = express();
    app.use('/m', createMcpGateway({ path: '/', target: 'http://127.0.0.1:1' }));
    const emitted = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await request(app).post('/m/other').expect(404);
    const calls = emitted.mock.calls;
    emitted.mockRestore();
    expect(calls).toEqual([]);
  });

  test('a mount path’s parameters reach the functions of headers.set', async () => {
    const upstream = await recordingUpstream();
    const app = express();
    const set = { 'X-Team': ({ req }: GatewayContext) => String((req as Request).params.id) };
    app.use(
      '/team/:id/mcp',
      createMcpGateway({ path: '/', target: upstream.target, headers: { set } }),
    );
    await request(app).post('/team/7/mcp').expect(200);
    expect(upstream.seen[0]?.headers['x-team']).toBe('7');
  });

  test('everything else in the app goes on as before', async () => {
    const { server } = await startGateway({ target: 'http://127.0.0.1:1' }, (app) => {
      app.get('/health', (_req, res) => res.send('well'));
    });
    const response = await request(server).get('/health');
    expect([response.status, response.text]).toEqual([200, 'well']);
  });
});

describe('methods', () => {
  test.each(['HEAD', 'PUT', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND'])(
    '%s: 405 with Allow',
    async (method) => {
      const upstream = await recordingUpstream();
      const { port, errors } = await startGateway({ target: upstream.target });
      const client = await exchange(
        port,
        `${method} /mcp HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(client.statuses).toEqual([405]);
      expect(client.text).toMatch(/^allow: POST, GET, DELETE\r$/im);
      expect(errors.map((error) => error.reason)).toEqual(['method_not_allowed']);
      expect(upstream.seen).toEqual([]);
    },
  );

  test('those configured are the only ones', async () => {
    const upstream = await recordingUpstream();
    const { server } = await startGateway({ target: upstream.target, methods: ['POST'] });
    await request(server).post('/mcp').expect(200);
    for (const method of ['get', 'delete'] as const) {
      const response = await request(server)[method]('/mcp');
      expect([response.status, response.headers.allow]).toEqual([405, 'POST']);
    }
  });
});
