import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, GatewayConfigError } from '../src/index.ts';
import { type RawClient, rawClient } from './support/client/raw.ts';
import { startEndpoint } from './support/endpoint.ts';
import { serve } from './support/servers.ts';

/** A gateway whose upstream leaves every answer to the test. */
async function gatewayUnderWay() {
  const waiting: ((call: [IncomingMessage, ServerResponse]) => void)[] = [];
  const arrived: [IncomingMessage, ServerResponse][] = [];
  const { target } = await startEndpoint((req, res) => {
    req.resume();
    const waiter = waiting.shift();
    if (waiter) waiter([req, res]);
    else arrived.push([req, res]);
  });
  const gateway = createMcpGateway({ target });
  const server = await serve(express().use(gateway));

  async function begin(head: string, body = ''): Promise<[RawClient, ServerResponse]> {
    const client = await rawClient(server.port);
    const call =
      arrived.shift() ?? new Promise<[IncomingMessage, ServerResponse]>((r) => waiting.push(r));
    client.send(
      `${head} /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const [, res] = await call;
    return [client, res];
  }
  async function beginStream(head: string): Promise<[RawClient, ServerResponse]> {
    const [client, res] = await begin(head);
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
    await client.has(/data: 1/);
    return [client, res];
  }
  return { gateway, port: server.port, begin, beginStream };
}

const LAST_CHUNK = /\r\n0\r\n\r\n$/;

describe('close()', () => {
  test('resolves at once when nothing is under way', async () => {
    const { gateway } = await gatewayUnderWay();
    await gateway.close();
  });

  test('answers new requests with 503 draining, Retry-After and Connection: close', async () => {
    const { gateway, port } = await gatewayUnderWay();
    await gateway.close();
    const response = await fetch(`http://127.0.0.1:${port}/mcp`);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(response.headers.get('connection')).toBe('close');
    expect(await response.json()).toMatchObject({ error: { data: { reason: 'draining' } } });
  });

  test.each([
    { options: { graceMs: Number.NaN }, problem: /options\.graceMs: given NaN/ },
    { options: { graceMs: -1 }, problem: /options\.graceMs: given -1/ },
    { options: { graceMs: '5000' }, problem: /options\.graceMs: given "5000"/ },
    { options: { grace: 5000 }, problem: /options\.grace: .*graceMs/ },
    { options: 5000, problem: /options: given a number/ },
  ])(
    '$options is refused, and changes nothing: a mistake must not cut calls',
    async ({ options, problem }) => {
      const { gateway, begin } = await gatewayUnderWay();
      const [client, res] = await begin('POST');
      await expect(gateway.close(options as object)).rejects.toThrow(problem);
      await expect(gateway.close(options as object)).rejects.toThrow(GatewayConfigError);
      expect(gateway.stats().draining).toBe(false);
      await expect(gateway.drain('https://a.example', options as object)).rejects.toThrow(problem);
      res.end('answered');
      await client.has(/answered/);
    },
  );

  test('a call that is under way gets its answer, and close() waits for it', async () => {
    const { gateway, begin } = await gatewayUnderWay();
    const [client, res] = await begin('POST', '{}');
    let closed = false;
    const closing = gateway.close().then(() => {
      closed = true;
    });
    res.write('{"jsonrpc":');
    await client.has(/jsonrpc/);
    expect(closed).toBe(false);
    res.end('"2.0"}');
    await closing;
    expect(await client.has(LAST_CHUNK)).toMatch(LAST_CHUNK);
  });

  test.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 2, 0]], [[1, 0, 2]]])(
    'of several calls it waits for all, in whatever order they end (%j)',
    async (order) => {
      const { gateway, begin } = await gatewayUnderWay();
      const calls = [
        await begin('POST', '{}'),
        await begin('POST', '{}'),
        await begin('POST', '{}'),
      ];
      let closed = false;
      const closing = gateway.close().then(() => {
        closed = true;
      });
      for (const i of order) {
        expect(closed).toBe(false);
        const [client, res] = calls[i] as (typeof calls)[number];
        res.end('{}');
        await client.has(/\{\}$/);
      }
      await closing;
    },
  );

  test('a call that is answered by an event stream gets all of its events', async () => {
    const { gateway, beginStream } = await gatewayUnderWay();
    const [client, res] = await beginStream('POST');
    const closing = gateway.close();
    res.write('data: 2\n\n');
    await client.has(/data: 2/);
    res.end('data: 3\n\n');
    await closing;
    expect(await client.has(LAST_CHUNK)).toMatch(/data: 3\n\n\r\n0\r\n\r\n$/);
  });

  test('a GET stream ends in order, between two events, and so does its upstream', async () => {
    const { gateway, beginStream } = await gatewayUnderWay();
    const [client, res] = await beginStream('GET');
    const gone = new Promise((resolve) => res.on('close', resolve));
    await gateway.close();
    expect(await client.has(LAST_CHUNK)).toMatch(/data: 1\n\n\r\n0\r\n\r\n$/);
    await gone;
  });

  test('an event that has begun is passed on whole first', async () => {
    const { gateway, beginStream } = await gatewayUnderWay();
    const [client, res] = await beginStream('GET');
    res.write('data: 2');
    await client.has(/data: 2/);
    const closing = gateway.close();
    res.write('\ndata: and more\n');
    await client.has(/and more/);
    expect(client.text).not.toMatch(LAST_CHUNK);
    res.write('\ndata: too late\n\n');
    await closing;
    const text = await client.has(LAST_CHUNK);
    expect(text).toContain('and more');
    expect(text).toMatch(LAST_CHUNK);
  });

  test('graceMs: what has no answer by then gets 503', async () => {
    const { gateway, begin } = await gatewayUnderWay();
    const [client] = await begin('POST', '{}');
    await gateway.close({ graceMs: 50 });
    expect(await client.has(/\r\n\r\n\{.*\}$/)).toMatch(/^HTTP\/1\.1 503 .*"reason":"draining"/s);
  });

  test('graceMs: an answer that is not whole by then is cut, never ended', async () => {
    const { gateway, begin } = await gatewayUnderWay();
    const [client, res] = await begin('POST', '{}');
    res.write('{"jsonrpc":');
    await client.has(/jsonrpc/);
    await gateway.close({ graceMs: 50 });
    expect(await client.closed()).not.toMatch(LAST_CHUNK);
  });

  test('graceMs: the stream of a call that stands between events ends in order', async () => {
    const { gateway, beginStream } = await gatewayUnderWay();
    const [client] = await beginStream('POST');
    await gateway.close({ graceMs: 50 });
    expect(await client.has(LAST_CHUNK)).toMatch(/data: 1\n\n\r\n0\r\n\r\n$/);
  });

  test('graceMs: a client that takes no more is not waited for', async () => {
    const { gateway, beginStream } = await gatewayUnderWay();
    const [client, res] = await beginStream('GET');
    client.socket.pause();
    while (res.write(`data: ${'x'.repeat(60_000)}\n\n`)) await new Promise(setImmediate);
    await gateway.close({ graceMs: 50 });
  });

  test('graceMs: Infinity waits; a later call hastens it', async () => {
    const { gateway, begin } = await gatewayUnderWay();
    const [client] = await begin('POST', '{}');
    const closing = gateway.close({ graceMs: Number.POSITIVE_INFINITY });
    await new Promise(setImmediate);
    expect(client.text).toBe('');
    await gateway.close({ graceMs: 0 });
    await closing;
    expect(await client.has(/\}\}$/)).toMatch(/^HTTP\/1\.1 503 /);
  });

  test('a client that left before it got to the gateway is not waited for', async () => {
    const gateway = createMcpGateway({ target: 'http://127.0.0.1:1/' });
    const entered = Promise.withResolvers<() => void>();
    const arrived = Promise.withResolvers<void>();
    const app = express().use((_req, res, next) => {
      arrived.resolve();
      res.on('close', () => entered.resolve(next));
    }, gateway);
    const { port } = await serve(app);
    const client = await rawClient(port);
    client.send('POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}');
    await arrived.promise;
    client.socket.destroy();
    (await entered.promise)();
    await gateway.close();
  });

  test('a client that has left is not waited for', async () => {
    const { gateway, begin } = await gatewayUnderWay();
    const [client, res] = await begin('POST', '{}');
    const gone = new Promise((resolve) => res.on('close', resolve));
    const closing = gateway.close();
    client.socket.destroy();
    await closing;
    await gone;
  });
});
