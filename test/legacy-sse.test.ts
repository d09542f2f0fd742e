import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type GatewayConfig, type RequestRecord } from '../src/index.ts';
import { exchange, rawClient } from './support/raw-client.ts';
import { serve } from './support/servers.ts';

interface Upstream {
  readonly port: number;
  readonly seen: string[];
  readonly headers: IncomingMessage['headers'][];
  /** The answers to the streams, to write to. */
  readonly streams: ServerResponse[];
}

/** A server of the old transport; `opening` is written when a stream is opened. */
async function upstreamWith(
  opening: readonly (string | Buffer)[],
  head: Record<string, string> = {},
): Promise<Upstream> {
  const seen: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const streams: ServerResponse[] = [];
  const { port } = await serve(async (req, res) => {
    res.on('error', () => {});
    seen.push(`${req.method} ${req.url}`);
    headers.push(req.headers);
    if (req.method === 'POST') {
      req.resume();
      await once(req, 'end');
      res.writeHead(202).end('Accepted');
      return;
    }
    streams.push(res);
    res.writeHead(200, { 'content-type': 'text/event-stream', ...head });
    for (const part of opening) {
      res.write(part);
      // So that it travels alone.
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  return { port, seen, headers, streams };
}

/** A gateway with both routes, under `mount`. */
async function gatewayFor(
  { port }: Upstream,
  config: Partial<GatewayConfig> = {},
  mount = '/',
): Promise<number> {
  const app = express();
  app.use(
    mount,
    createMcpGateway({
      target: `http://127.0.0.1:${port}/mcp`,
      legacySse: { path: '/sse', messagePath: '/messages' },
      heartbeat: false,
      ...config,
    }),
  );
  return (await serve(app)).port;
}

const get = (path: string, more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: gateway\r\nAccept: text/event-stream\r\n${more}\r\n`;

const post = (path: string, more = '') =>
  `POST ${path} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n${more}\r\n{}`;

/** What has come of the body of a chunked answer. */
function unchunked(text: string): string {
  let rest = text.slice(text.indexOf('\r\n\r\n') + 4);
  let body = '';
  for (;;) {
    const line = rest.indexOf('\r\n');
    const length = Number.parseInt(rest.slice(0, line), 16);
    if (line === -1 || !(length > 0)) return body;
    body += rest.slice(line + 2, line + 2 + length);
    rest = rest.slice(line + 2 + length + 2);
  }
}

/** Opens a stream and waits for its first `message`. */
async function firstMessage(port: number, path: string): Promise<string> {
  const client = (await rawClient(port)).send(get(path));
  for (;;) {
    const body = unchunked(client.text);
    if (/data: \{\}(\r\n\r\n|\n\n|\r\r)$/.test(body)) return body;
    if (client.ending !== undefined) throw new Error(`Ended with ${JSON.stringify(body)}`);
    await once(client, 'change');
  }
}

const MESSAGE = 'event: message\ndata: {}\n\n';

describe('L5: only the URL in the first `endpoint` event is rewritten', () => {
  test.each([
    ['path-absolute', '/messages?sessionId=a%2Fb&x="<>', '/messages?sessionId=a%2Fb&x="<>'],
    ['path-absolute, another path', '/internal/in?sessionId=1', '/messages?sessionId=1'],
    ['relative', 'messages?sessionId=1', '/messages?sessionId=1'],
    ['a query alone', '?sessionId=1', '/messages?sessionId=1'],
    ['without a query', '/messages', '/messages'],
    ['with a fragment', '/messages?sessionId=1#there', '/messages?sessionId=1'],
    ['replacement patterns', "/messages?sessionId=$&$1$'", "/messages?sessionId=$&$1$'"],
  ])('%s', async (_name, announced, expected) => {
    const upstream = await upstreamWith([`event: endpoint\ndata: ${announced}\n\n${MESSAGE}`]);
    const port = await gatewayFor(upstream);
    expect(await firstMessage(port, '/sse')).toBe(
      `event: endpoint\ndata: ${expected}\n\n${MESSAGE}`,
    );
  });

  test('absolute, at its own origin', async () => {
    let origin = '';
    const { port: upstreamPort } = await serve((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`event: endpoint\ndata: ${origin}/messages?sessionId=1\n\n${MESSAGE}`);
    });
    origin = `http://127.0.0.1:${upstreamPort}`;
    const port = await gatewayFor({ port: upstreamPort } as Upstream);
    expect(await firstMessage(port, '/sse')).toBe(
      `event: endpoint\ndata: /messages?sessionId=1\n\n${MESSAGE}`,
    );
  });

  test.each([
    ['CR LF', '\r\n'],
    ['CR', '\r'],
    ['LF', '\n'],
  ])('lines that end with %s, in parts of a byte', async (_name, eol) => {
    const comment = `: hello${eol}${eol}`;
    const endpoint = `id: 1${eol}event:endpoint${eol}data:/in?s=1${eol}${eol}`;
    const message = `event: message${eol}data: {}${eol}${eol}`;
    const parts = [...Buffer.from(comment + endpoint + message)].map((byte) => Buffer.of(byte));
    const port = await gatewayFor(await upstreamWith(parts));
    expect(await firstMessage(port, '/sse')).toBe(
      `${comment}id: 1${eol}event:endpoint${eol}data:/messages?s=1${eol}${eol}${message}`,
    );
  });

  test('a second `endpoint` event goes as it is', async () => {
    const second = 'event: endpoint\ndata: /elsewhere\n\n';
    const upstream = await upstreamWith([`event: endpoint\ndata: /in?s=1\n\n${second}${MESSAGE}`]);
    const port = await gatewayFor(upstream);
    expect(await firstMessage(port, '/sse')).toBe(
      `event: endpoint\ndata: /messages?s=1\n\n${second}${MESSAGE}`,
    );
  });

  test.each([
    ['mounted on a path: the path it is mounted on', {}, '/tools', '/tools/messages'],
    [
      'with publicUrl: the path agents know',
      { publicUrl: 'https://gateway.example/public/mcp' },
      '/tools',
      '/public/messages',
    ],
    [
      'with publicUrl and the endpoint at the root of the mount',
      { publicUrl: 'https://gateway.example/public/mcp/', path: '/' },
      '/tools',
      '/public/mcp/messages',
    ],
  ])('%s', async (_name, config, mount, expected) => {
    const upstream = await upstreamWith([`event: endpoint\ndata: /in?s=1\n\n${MESSAGE}`]);
    const port = await gatewayFor(upstream, config, mount);
    expect(await firstMessage(port, `${mount}/sse`)).toContain(`data: ${expected}?s=1\n`);
  });

  test('an answer that is no event stream goes as it is', async () => {
    const { port: upstreamPort } = await serve((_req, res) => {
      res.writeHead(401, { 'content-type': 'text/plain' }).end('event: endpoint\ndata: /in\n\n');
    });
    const port = await gatewayFor({ port: upstreamPort } as Upstream);
    const { text } = await exchange(port, get('/sse', 'Connection: close\r\n'));
    expect(text).toMatch(/^HTTP\/1\.1 401 /);
    expect(text).toContain('event: endpoint\ndata: /in\n\n');
  });

  test('a stream that ends before the event is whole is passed on as far as it came', async () => {
    const upstream = await upstreamWith([': hi\n\nevent: endpo']);
    const port = await gatewayFor(upstream);
    const client = (await rawClient(port)).send(get('/sse'));
    await client.has(/: hi/);
    upstream.streams[0]?.end();
    expect(unchunked(await client.has(/0\r\n\r\n$/))).toContain(': hi\n\nevent: endpo');
  });
});

describe('what cannot be rewritten is cut, not passed on', () => {
  test.each([
    ['a URL of another origin', 'event: endpoint\ndata: https://evil.example/in\n\n'],
    ['a URL of another origin, without a scheme', 'event: endpoint\ndata: //evil.example/in\n\n'],
    ['no URL', 'event: endpoint\n\n'],
    ['two lines of data', 'event: endpoint\ndata: /a\ndata: /b\n\n'],
    ['8 KiB without an end', `event: endpoint\ndata: /in?${'a'.repeat(8 * 1024)}`],
  ])('%s', async (_name, opening) => {
    const records: RequestRecord[] = [];
    const upstream = await upstreamWith([opening]);
    const port = await gatewayFor(upstream, {
      observe: { onClose: (record) => void records.push(record) },
    });
    const { text } = await exchange(port, get('/sse'));
    expect(text).not.toMatch(/data:|0\r\n\r\n$/);
    const [stream] = upstream.streams;
    if (stream?.closed === false) await once(stream, 'close');
    expect(records).toMatchObject([{ slot: 'relay', end: 'upstream_invalid' }]);
  });

  test.each([
    ['encoded', { 'content-encoding': 'gzip' }],
    ['with a length', { 'content-length': '40' }],
  ])('a stream that is %s is 502', async (_name, head) => {
    const port = await gatewayFor(await upstreamWith(['event: endpoint\ndata: /in\n\n'], head));
    const { text } = await exchange(port, get('/sse', 'Connection: close\r\n'));
    expect(text).toMatch(/^HTTP\/1\.1 502 /);
    expect(text).toContain('"upstream_invalid"');
  });
});

describe('both routes are relayed, through every slot', () => {
  test('messages go where the server said, with the query of the client', async () => {
    const upstream = await upstreamWith([
      `event: endpoint\ndata: /internal/in?sessionId=1\n\n${MESSAGE}`,
    ]);
    const port = await gatewayFor(upstream, {}, '/tools');
    await firstMessage(port, '/tools/sse?token=secret');
    const { text } = await exchange(port, post('/tools/messages?sessionId=1&x=%20+'));
    expect(text).toMatch(/^HTTP\/1\.1 202 /);
    expect(unchunked(text)).toBe('Accepted');
    expect(upstream.seen).toEqual(['GET /sse', 'POST /internal/in?sessionId=1&x=%20+']);
  });

  test('before any stream was opened, beside the stream', async () => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream, {
      target: `http://127.0.0.1:${upstream.port}/api/mcp`,
    });
    await exchange(port, post('/messages?s=1'));
    expect(upstream.seen).toEqual(['POST /api/messages?s=1']);
  });

  test('a stream with a URL of its own', async () => {
    const upstream = await upstreamWith([`event: endpoint\ndata: in?s=1\n\n${MESSAGE}`]);
    const port = await gatewayFor(upstream, {
      legacySse: {
        path: '/sse',
        messagePath: '/messages',
        target: `http://127.0.0.1:${upstream.port}/deep/events?key=1`,
      },
    });
    await firstMessage(port, '/sse');
    await exchange(port, post('/messages?s=1'));
    expect(upstream.seen).toEqual(['GET /deep/events?key=1', 'POST /deep/in?s=1']);
  });

  test.each([
    ['nothing', ''],
    ['the same query', '?x=1'],
  ])('sessions that differ in their path and have %s are not mixed up', async (_name, query) => {
    let count = 0;
    const seen: string[] = [];
    const { port: upstreamPort } = await serve((req, res) => {
      if (req.method === 'POST') {
        seen.push(req.url ?? '');
        res.writeHead(202).end();
        return;
      }
      count += 1;
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`event: endpoint\ndata: /messages/${count}${query}\n\n${MESSAGE}`);
    });
    const port = await gatewayFor({ port: upstreamPort } as Upstream);
    const urls: string[] = [];
    for (const _ of [1, 2]) {
      const [, url = ''] = /data: (\S+)/.exec(await firstMessage(port, '/sse')) ?? [];
      expect(url).toMatch(/^\/messages(\?|$)/);
      urls.push(url);
    }
    for (const url of urls) await exchange(port, post(url));
    expect(seen).toEqual([`/messages/1${query}`, `/messages/2${query}`]);

    const [, marked = ''] = urls;
    const forged = marked.replace(/mcp-endpoint=[^.]+/, 'mcp-endpoint=L2FkbWlu');
    expect((await exchange(port, post(forged))).statuses).toEqual([400]);
    expect(seen).toHaveLength(2);
  });

  test('a route with a colon is no scheme', async () => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream, {
      legacySse: { path: '/a:sse', messagePath: '/a:messages' },
    });
    await exchange(port, post('/a:messages'));
    expect(upstream.seen).toEqual(['POST /a:messages']);
  });

  test('a page may use them, whatever the methods of the endpoint', async () => {
    const port = await gatewayFor(await upstreamWith([]), {
      methods: ['POST'],
      cors: { origin: 'https://app.example' },
    });
    const { text } = await exchange(
      port,
      'OPTIONS /sse HTTP/1.1\r\nHost: gateway\r\nOrigin: https://app.example\r\n' +
        'Access-Control-Request-Method: GET\r\nConnection: close\r\n\r\n',
    );
    expect(text).toMatch(/Access-Control-Allow-Methods: .*GET/);
  });

  test('a server in this process', async () => {
    const app = express();
    app.get('/sse', (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(`event: endpoint\ndata: /in?s=1\n\n${MESSAGE}`);
    });
    app.post('/in', (req, res) => void res.status(202).end(req.url));
    const port = await gatewayFor({} as Upstream, { target: app });
    expect(await firstMessage(port, '/sse')).toContain('data: /messages?s=1\n');
    const { text } = await exchange(port, post('/messages?s=1'));
    expect(text).toMatch(/^HTTP\/1\.1 202 /);
    expect(text).toContain('/in?s=1');
  });

  test('the stream is asked for without an encoding', async () => {
    const upstream = await upstreamWith([`event: endpoint\ndata: /in\n\n${MESSAGE}`]);
    const port = await gatewayFor(upstream);
    const client = (await rawClient(port)).send(get('/sse', 'Accept-Encoding: gzip\r\n'));
    await client.has(/data: \{\}/);
    expect(upstream.headers[0]?.['accept-encoding']).toBe('identity');
  });

  test.each(['/sse', '/messages'])('%s: Origin, Host, limits and use apply', async (path) => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream, {
      hosts: ['gateway'],
      bodyLimit: 1,
      use: (_req, res, next) => {
        if (path === '/sse') res.status(418).end();
        else next();
      },
    });
    const request = path === '/sse' ? get : post;
    const statusOf = async (more: string) =>
      (await exchange(port, request(path, `Connection: close\r\n${more}`))).statuses[0];
    expect(await statusOf('Origin: https://evil.example\r\n')).toBe(403);
    expect(await statusOf('Mcp-Name: a\r\nMcp-Name: b\r\n')).toBe(400);
    expect(await statusOf('')).toBe(path === '/sse' ? 418 : 413);
    const elsewhere = request(path, 'Connection: close\r\n').replace('Host: gateway', 'Host: evil');
    expect((await exchange(port, elsewhere)).statuses).toEqual([403]);
    expect(upstream.seen).toEqual([]);
  });

  test.each([
    ['/sse', 'POST', 'GET'],
    ['/messages', 'GET', 'POST'],
    ['/messages', 'DELETE', 'POST'],
  ])('%s refuses %s', async (path, method, allowed) => {
    const port = await gatewayFor(await upstreamWith([]));
    const { text } = await exchange(
      port,
      `${method} ${path} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 405 /);
    expect(text).toContain(`Allow: ${allowed}\r\n`);
  });

  test('a query that no request line can hold is refused', async () => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream);
    const { text } = await exchange(port, post('/messages?s=\xe9'));
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(upstream.seen).toEqual([]);
  });

  test('close() ends the stream between two events', async () => {
    const upstream = await upstreamWith([`event: endpoint\ndata: /in\n\n${MESSAGE}`]);
    const app = express();
    const gateway = createMcpGateway({
      target: `http://127.0.0.1:${upstream.port}/mcp`,
      legacySse: { path: '/sse', messagePath: '/messages' },
    });
    const { port } = await serve(app.use(gateway));
    const client = (await rawClient(port)).send(get('/sse'));
    await client.has(/data: \{\}/);
    await gateway.close();
    expect(await client.has(/0\r\n\r\n$/)).toMatch(/0\r\n\r\n$/);
    expect((await exchange(port, post('/messages'))).statuses).toEqual([503]);
  });
});

test('O3: the query, which holds the session, is in no record; the session is, as a hash', async () => {
  const records: RequestRecord[] = [];
  const upstream = await upstreamWith([]);
  const port = await gatewayFor(upstream, {
    observe: { onClose: (record) => void records.push(record) },
  });
  for (const query of ['sessionId=one', 'x=1&session_id=one', 'sessionId=two']) {
    await exchange(port, post(`/messages?${query}`));
  }
  expect(records.map(({ path, slot }) => [path, slot])).toEqual([
    ['/messages', 'relay'],
    ['/messages', 'relay'],
    ['/messages', 'relay'],
  ]);
  const [one, same, two] = records.map(({ session }) => session);
  expect(one).toMatch(/^[0-9a-f]{16}$/);
  expect(same).toBe(one);
  expect(two).not.toBe(one);
  expect(JSON.stringify(records)).not.toMatch(/sessionId|session_id|"one"|"two"/);
});

describe('config', () => {
  const mistakes = (legacySse: unknown): string[] => {
    try {
      createMcpGateway({ target: 'http://127.0.0.1:1/mcp', legacySse } as GatewayConfig);
    } catch (error) {
      return (error as { problems: { path: string }[] }).problems.map(({ path }) => path);
    }
    return [];
  };

  test.each([
    ['not an object', true, ['legacySse']],
    ['no paths', {}, ['legacySse.path', 'legacySse.messagePath']],
    ['a path that is none', { path: 'sse', messagePath: '/m' }, ['legacySse.path']],
    ['the same route twice', { path: '/sse', messagePath: '/sse/' }, ['legacySse.path']],
    ['the route of the endpoint', { path: '/mcp', messagePath: '/m' }, ['legacySse.path']],
    [
      'the route of the endpoint for messages',
      { path: '/s', messagePath: '/mcp' },
      ['legacySse.messagePath'],
    ],
    [
      'a target elsewhere',
      { path: '/sse', messagePath: '/m', target: 'https://other.example/sse' },
      ['legacySse.target'],
    ],
    ['an unknown key', { path: '/sse', messagePath: '/m', messages: '/m' }, ['legacySse.messages']],
  ])('%s', (_name, legacySse, expected) => {
    expect(mistakes(legacySse)).toEqual(expected);
  });
});
