import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import type { RequestRecord } from '../../src/index.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { serve } from '../support/servers.ts';
import {
  firstMessage,
  gatewayFor,
  get,
  MESSAGE,
  type Upstream,
  unchunked,
  upstreamWith,
} from './support.ts';

describe('only the URL in the first `endpoint` event is rewritten', () => {
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
      'with publicUrl, and a slash at its end',
      { publicUrl: 'https://gateway.example/public/mcp/' },
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

  test('of an event that is not whole when the stream ends nothing is passed on', async () => {
    const upstream = await upstreamWith([': hi\n\nevent: endpoint\ndata: http://internal/in']);
    const port = await gatewayFor(upstream);
    const client = (await rawClient(port)).send(get('/sse'));
    await client.has(/: hi/);
    upstream.streams[0]?.end();
    expect(unchunked(await client.has(/0\r\n\r\n$/))).toBe(': hi\n\n');
  });
});

describe('what cannot be rewritten is cut, not passed on', () => {
  test.each([
    ['a URL of another origin', 'event: endpoint\ndata: https://evil.example/in\n\n'],
    ['a URL of another origin, without a scheme', 'event: endpoint\ndata: //evil.example/in\n\n'],
    ['no URL', 'event: endpoint\n\n'],
    ['an empty URL', 'event: endpoint\ndata: \n\n'],
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

  test('a URL with another scheme in front of its own origin', async () => {
    let opening = '';
    const { port: upstreamPort } = await serve((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write(opening);
    });
    opening = `event: endpoint\ndata: blob:http://127.0.0.1:${upstreamPort}/in?s=1\n\n`;
    const port = await gatewayFor({ port: upstreamPort } as Upstream);
    const { text } = await exchange(port, get('/sse'));
    expect(text).not.toMatch(/data:|0\r\n\r\n$/);
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
