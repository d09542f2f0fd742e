import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import express, { type RequestHandler } from 'express';
import { type GatewayConfig, mcpProxy, type UpstreamHandler } from '../src/index.ts';
import { startGateway } from './support/gateway.ts';
import { callTool, connect, serverWith } from './support/mcp.ts';
import { serve } from './support/servers.ts';

const inFront = (target: UpstreamHandler, config: Partial<GatewayConfig> = {}) =>
  startGateway({ target, ...config });

function routerThat(handler: RequestHandler): UpstreamHandler {
  const router = express.Router();
  router.post('/mcp', handler);
  return router;
}

// What holds for upstreams of either kind is shown by the tests of the relay, which run over both.
describe('an upstream in this process', () => {
  test('sees the request that a remote one would: path, host, headers, no client identity', async () => {
    const seen: IncomingMessage[] = [];
    const { url } = await inFront(
      (req, res) => {
        seen.push(req);
        req.resume().on('end', () => res.end('{}'));
      },
      { headers: { set: { 'X-Api-Key': 'upstream-secret' } } },
    );
    await fetch(`${url}?a=b`, {
      method: 'POST',
      body: '{}',
      headers: { 'Mcp-Session-Id': 's', Authorization: 'Bearer x', Cookie: 'a=b' },
    });
    const [{ method, url: path, headers } = {} as IncomingMessage] = seen;
    expect([method, path]).toEqual(['POST', '/mcp']);
    expect(headers).toMatchObject({
      host: 'localhost',
      'mcp-session-id': 's',
      'content-length': '2',
    });
    expect(headers).toMatchObject({
      'x-api-key': 'upstream-secret',
      via: expect.stringMatching(/^1\.1 express-mcp-gateway-/),
    });
    expect(headers.authorization).toBeUndefined();
    expect(headers.cookie).toBeUndefined();
  });

  const failure = new Error('detail of the handler');
  test.each<[string, UpstreamHandler]>([
    [
      'throws',
      (_req, _res) => {
        throw failure;
      },
    ],
    [
      'rejects',
      async (_req, _res) => {
        throw failure;
      },
    ],
  ])('one that %s: 502 with nothing of it, and the process lives', async (_, handler) => {
    const { url, errors } = await inFront(handler);
    const response = await fetch(url, { method: 'POST', body: '{}' });
    const text = await response.text();
    expect(response.status).toBe(502);
    expect(text).not.toContain('detail');
    expect(errors[0]?.cause).toMatchObject({ cause: failure });
  });

  test.each(['GET', 'DELETE', 'POST'])('one that fails at %s is called once', async (method) => {
    let calls = 0;
    const { url } = await inFront((_req, _res) => {
      calls += 1;
      throw failure;
    });
    expect((await fetch(url, { method })).status).toBe(502);
    expect(calls).toBe(1);
  });

  test.each(['GET', 'POST'])('one that destroys its answer to %s: 502', async (method) => {
    const { url } = await inFront((_req, res) => res.destroy());
    expect((await fetch(url, { method })).status).toBe(502);
  });

  test('an app that goes on after it has answered has answered', async () => {
    const app = express().use((_req, res, next) => {
      res.end('ok');
      next();
    });
    const { url } = await inFront(app);
    expect(await (await fetch(url, { method: 'POST' })).text()).toBe('ok');
  });

  test('may call what handlers call on a socket', async () => {
    const { url } = await inFront(
      express().get('/mcp', (req, res) => {
        req.setTimeout(0);
        res.setTimeout(0);
        req.socket.setNoDelay(true).setKeepAlive(true).unref().ref();
        res.end(req.ip);
      }),
    );
    expect(await (await fetch(url)).text()).toBe('127.0.0.1');
  });

  test.each([
    ['has no route', 'GET', 404],
    ['cannot parse', 'POST', 400],
    ['fails at', 'DELETE', 500],
  ])('an app answers what it %s for itself, as over a network', async (_name, method, status) => {
    const app = express()
      .use(express.json())
      .delete('/mcp', () => {
        throw new Error('no');
      });
    const answerTo = async (config: GatewayConfig) => {
      const { url } = await startGateway(config);
      const answer = await fetch(url, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(method === 'POST' && { body: '{' }),
      });
      // Where the app is installed is in the stack it shows.
      return [answer.status, [...answer.headers.keys()], (await answer.text()).slice(0, 150)];
    };
    const { port } = await serve(app);
    const overNetwork = await answerTo({ target: `http://127.0.0.1:${port}/mcp` });
    expect(overNetwork[0]).toBe(status);
    expect(await answerTo({ target: app })).toEqual(overNetwork);
  });

  test.each<[string, () => UpstreamHandler]>([
    ['an Express app', () => express().post('/mcp', (_req, res) => void res.json({ ok: true }))],
    ['an Express router', () => routerThat((req, res) => void res.json({ ok: req.ip !== '' }))],
    [
      'a plain handler',
      () => (_req, res) => res.writeHead(_req.method === 'POST' ? 200 : 404).end('{"ok":true}'),
    ],
    [
      'a handler that takes a parsed body third',
      () => (_req: IncomingMessage, res: ServerResponse, body?: never) =>
        res
          .writeHead(_req.method === 'POST' ? 200 : 404)
          .end(JSON.stringify({ ok: body === undefined })),
    ],
  ])('%s', async (_, handler) => {
    const { url } = await inFront(handler());
    const response = await fetch(url, { method: 'POST', body: '{}' });
    expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(404);
  });

  test.each(['legacy', 'auto'] as const)(
    'the handler of the SDK, a real %s client',
    async (mode) => {
      const server = createMcpHandler(() => serverWith('greet', async () => 'hello'));
      const { url } = await inFront(toNodeHandler(server));
      const { client } = await connect(url, mode);
      expect(await callTool(client, 'greet')).toBe('hello');
    },
  );
});

test('mcpProxy, which brings no Express, refuses a router as its target', () => {
  expect(() => mcpProxy({ target: express.Router() })).toThrow(
    'target: given a function; expected an app around this router: express().use(router)',
  );
});

test('an error of a handler is the upstream’s, whatever its code', async () => {
  const { url, errors } = await inFront((_req, res) => res.setHeader('a', undefined));
  expect((await fetch(url)).status).toBe(502);
  expect(errors[0]?.reason).toBe('upstream_invalid');
});
