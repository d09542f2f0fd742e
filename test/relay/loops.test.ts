import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import connect from 'connect';
import express from 'express';
import {
  createMcpGateway,
  type GatewayConfig,
  type HeaderRules,
  injectHeaders,
  mcpProxy,
  upstreamAuth,
} from '../../src/index.ts';
import { atTestEnd, listenOn, serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';

/** A server that counts what comes in, and gets what it answers with once its port is known. */
async function counting(listenerFor: (port: number) => RequestListener) {
  const requests: (string | undefined)[] = [];
  let listener: RequestListener = () => {};
  const server = createServer((req, res) => {
    requests.push(req.headers.via);
    listener(req, res);
  });
  const port = await listenOn(server);
  listener = listenerFor(port);
  return { requests, url: `http://127.0.0.1:${port}` };
}

const gatewayTo = (config: GatewayConfig) => express().use(createMcpGateway(config));

async function expectLoop(url: string, init: RequestInit = { method: 'POST', body: '{}' }) {
  const answer = await fetch(url, init);
  expect(answer.status).toBe(508);
  expect(await answer.json()).toEqual({
    jsonrpc: '2.0',
    id: null,
    error: { code: 508, message: expect.any(String), data: { reason: 'loop_detected' } },
  });
}

describe('a request that comes back is 508 loop_detected', () => {
  test.each(['POST', 'GET', 'DELETE'])(
    'from a target that is the gateway itself, %s',
    async (method) => {
      const { requests, url } = await counting((port) =>
        gatewayTo({ target: `http://127.0.0.1:${port}/mcp` }),
      );
      await expectLoop(`${url}/mcp`, { method });
      expect(requests).toHaveLength(2);
    },
  );

  test('from another gateway in this process', async () => {
    const { requests, url } = await counting((port) =>
      express()
        .use(createMcpGateway({ path: '/a', target: `http://127.0.0.1:${port}/b` }))
        .use(createMcpGateway({ path: '/b', target: `http://127.0.0.1:${port}/a` })),
    );
    await expectLoop(`${url}/a`);
    expect(requests).toHaveLength(3);
    expect(new Set(requests[2]?.split(', ')).size).toBe(2);
  });

  test('through mcpProxy alone', async () => {
    const { requests, url } = await counting((port) =>
      connect().use('/', mcpProxy({ target: `http://127.0.0.1:${port}/` })),
    );
    await expectLoop(url);
    expect(requests).toHaveLength(2);
  });

  test('from a handler in this process', async () => {
    const app = express();
    app.use(createMcpGateway({ target: app }));
    const { port } = await serve(app);
    await expectLoop(`http://127.0.0.1:${port}/mcp`);
  });

  test('over the routes of the older transport', async () => {
    const { requests, url } = await counting((port) =>
      gatewayTo({
        target: `http://127.0.0.1:${port}/mcp`,
        legacySse: { path: '/sse', messagePath: '/messages' },
      }),
    );
    await expectLoop(`${url}/sse`, { headers: { Accept: 'text/event-stream' } });
    expect(requests).toHaveLength(2);
  });

  test('by way of the metadata of the upstream', async () => {
    const { requests, url } = await counting((port) =>
      gatewayTo({
        target: `http://127.0.0.1:${port}/mcp`,
        publicUrl: `http://127.0.0.1:${port}/mcp`,
        auth: upstreamAuth(),
      }),
    );
    const answer = await fetch(`${url}/.well-known/oauth-protected-resource/mcp`);
    expect(answer.status).toBe(404);
    // One for each place where an upstream may have it.
    expect(requests).toHaveLength(3);
  });

  test('from a process that points back', async () => {
    const { requests, url } = await counting((port) => {
      const fixture = resolve(import.meta.dirname, '../security/fixtures/host.ts');
      const target = `http://127.0.0.1:${port}/mcp`;
      const child = spawn(process.execPath, [
        '--disable-warning=ExperimentalWarning',
        fixture,
        target,
      ]);
      atTestEnd(() => void child.kill('SIGKILL'));
      const listening = once(child.stdout, 'data').then(([line]) =>
        gatewayTo({ target: `http://127.0.0.1:${Number(line)}/mcp` }),
      );
      return (req, res) => void listening.then((app) => app(req, res));
    });
    await expectLoop(`${url}/mcp`);
    expect(requests).toHaveLength(2);
  });

  test('from a proxy that writes the names in capitals', async () => {
    const { requests, url } = await counting((port) => (req, res) => {
      if (req.url === '/edge') {
        const headers = { Via: String(req.headers.via).toUpperCase() };
        fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', headers })
          .then(async (answer) => res.writeHead(answer.status).end(await answer.text()))
          .catch(() => res.writeHead(599).end());
        return;
      }
      app(req, res);
    });
    const app = gatewayTo({ target: `${url}/edge` });
    await expectLoop(`${url}/mcp`);
    expect(requests).toHaveLength(3);
  });
});

test('a chain of gateways in one process is no loop', async () => {
  const upstream = await recordingUpstream();
  const inner = await serve(gatewayTo({ target: upstream.target }));
  const middle = gatewayTo({ target: `http://127.0.0.1:${inner.port}/mcp` });
  const { port } = await serve(gatewayTo({ target: middle }));
  const answer = await fetch(`http://127.0.0.1:${port}/mcp`, { method: 'POST', body: '{}' });
  expect(answer.status).toBe(200);
  const hops = upstream.seen[0]?.headers.via?.split(', ') ?? [];
  expect(new Set(hops).size).toBe(3);
});

describe('Via is bounded', () => {
  const hops = (n: number) => Array.from({ length: n }, (_, i) => `1.1 hop-${i}`).join(', ');

  test('a request that passed 20 others goes on, one that passed more does not', async () => {
    const upstream = await recordingUpstream();
    const { port } = await serve(gatewayTo({ target: upstream.target }));
    const url = `http://127.0.0.1:${port}/mcp`;
    const init = (n: number) => ({ method: 'POST', body: '{}', headers: { Via: hops(n) } });
    expect((await fetch(url, init(20))).status).toBe(200);
    expect(upstream.seen[0]?.headers.via?.split(', ')).toHaveLength(21);
    await expectLoop(url, init(21));
    expect(upstream.seen).toHaveLength(1);
  });

  test('a loop through ever new instances ends', async () => {
    const { requests, url } = await counting(
      (port) => (req, res) => gatewayTo({ target: `http://127.0.0.1:${port}/mcp` })(req, res),
    );
    await expectLoop(`${url}/mcp`);
    expect(requests).toHaveLength(22);
  });
});

describe('what a client says of others is no loop', () => {
  test.each([
    '1.1 express-mcp-gateway',
    '1.1 express-mcp-gateway-00000000',
    ' , ,',
    '',
    ','.repeat(30),
    `1.1 proxy (${'module, '.repeat(30)})`,
  ])('Via: %j', async (via) => {
    const upstream = await recordingUpstream();
    const { port } = await serve(gatewayTo({ target: upstream.target }));
    const init = { method: 'POST', body: '{}', headers: { Via: via } };
    expect((await fetch(`http://127.0.0.1:${port}/mcp`, init)).status).toBe(200);
  });
});

test.each<[string, HeaderRules]>([
  ['removed', { remove: ['Via'] }],
  ['set', { set: { Via: '1.1 mine' } }],
])('a Via that is %s says nothing of the gateway', async (_, headers) => {
  const upstream = await recordingUpstream();
  const app = connect()
    .use(injectHeaders(headers))
    .use(mcpProxy({ target: upstream.target }));
  const { port } = await serve(app);
  await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: { Via: '1.1 client' } });
  expect(upstream.seen[0]?.headers.via).toBe(headers.set ? '1.1 mine' : undefined);
});
