import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import express, { type Express, type Request, type RequestHandler } from 'express';
import request from 'supertest';
import { exchange, rawClient } from './support/client/raw.ts';
import { startGateway } from './support/gateway.ts';
import { rawUpstream, recordingUpstream } from './support/upstream.ts';

/** Bytes that no parser gives back: key order, spacing, numbers, escapes, a duplicate key. */
const BODY = '{ "id": 9007199254740993, "a": 1.0, "z":"\\u00e9",\n "a" : 1e400 }';
const JSON_TYPE = 'application/json';

const parseOnly = (app: Express) => app.use(express.json());
const keepRaw = (app: Express) =>
  app.use(
    express.json({
      verify: (req, _res, bytes) => {
        (req as Request & { rawBody?: Buffer }).rawBody = bytes;
      },
    }),
  );

async function gatewayBehind(prepare: (app: Express) => void) {
  const upstream = await recordingUpstream();
  return { upstream, ...(await startGateway({ target: upstream.target }, prepare)) };
}

describe('a host app that has read the body', () => {
  test('without keeping it: 500 that says what to change, at once', async () => {
    const { server, upstream, errors } = await gatewayBehind(parseOnly);
    const response = await request(server).post('/mcp').type(JSON_TYPE).send('{"a":1}');
    expect(response.status).toBe(500);
    expect(response.body.error.data.reason).toBe('body_consumed');
    expect(response.body.error.message).toMatch(/before the body parser.*req\.rawBody/);
    expect(errors.map((error) => error.reason)).toEqual(['body_consumed']);
    expect(upstream.seen).toEqual([]);
  });

  test('with req.rawBody: the same bytes, never re-serialised', async () => {
    const { server, upstream } = await gatewayBehind(keepRaw);
    const body = BODY.replace('1e400', '2');
    await request(server).post('/mcp').type(JSON_TYPE).send(body).expect(200);
    expect(upstream.seen[0]?.body.toString()).toBe(body);
    expect(upstream.seen[0]?.headers['content-length']).toBe(String(Buffer.byteLength(body)));
  });

  test('with req.rawBody and a chunked body: the same bytes', async () => {
    const { port, upstream } = await gatewayBehind(keepRaw);
    const head = `POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: ${JSON_TYPE}\r\nConnection: close\r\n`;
    await exchange(
      port,
      `${head}Transfer-Encoding: chunked\r\n\r\n3\r\n{ "\r\n5\r\na":1}\r\n0\r\n\r\n`,
    );
    expect(upstream.seen[0]?.body.toString()).toBe('{ "a":1}');
  });

  test('with inflated bytes in req.rawBody: refused, they are not what the client sent', async () => {
    const { server, port, upstream } = await gatewayBehind(keepRaw);
    const zipped = gzipSync('{"a":1}');
    const call = request(server).post('/mcp').type(JSON_TYPE).set('Content-Encoding', 'gzip');
    call.write(zipped);
    expect((await call).body.error.data.reason).toBe('body_consumed');
    const head = `POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: ${JSON_TYPE}\r\nContent-Encoding: gzip\r\n`;
    const chunked = `Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n${zipped.length.toString(16)}\r\n`;
    const bytes = Buffer.concat([
      Buffer.from(head + chunked),
      zipped,
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    expect((await exchange(port, bytes)).text).toContain('body_consumed');
    expect(upstream.seen).toEqual([]);
  });

  test('something else under the name rawBody does not count', async () => {
    const { server } = await gatewayBehind((app) => {
      app.use(express.json(), (req, _res, next) => {
        (req as Request & { rawBody?: unknown }).rawBody = JSON.stringify(req.body);
        next();
      });
    });
    await request(server).post('/mcp').type(JSON_TYPE).send('{"a":1}').expect(500);
  });

  test('bodyLimit holds for a kept body as well', async () => {
    const upstream = await recordingUpstream();
    const { port } = await startGateway({ target: upstream.target, bodyLimit: 5 }, keepRaw);
    const head = `POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: ${JSON_TYPE}\r\nConnection: close\r\n`;
    const client = await exchange(
      port,
      `${head}Transfer-Encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n0\r\n\r\n`,
    );
    expect(client.statuses).toEqual([413]);
  });
});

describe('somebody in front who reads along', () => {
  const next = (_req: unknown, _res: unknown, go: () => void) => go();

  test.each<[string, RequestHandler]>([
    [
      'listens to data',
      (req, _res, go) =>
        void next(
          req,
          req.on('data', () => {}),
          go,
        ),
    ],
    ['sets it flowing', (req, _res, go) => void next(req, req.resume(), go)],
    ['pipes it', (req, _res, go) => void next(req, req.pipe(new PassThrough().resume()), go)],
    [
      'listens to its end',
      (req, _res, go) =>
        void next(
          req,
          req.on('end', () => {}),
          go,
        ),
    ],
  ])('one who %s: every byte still goes upstream', async (_, tap) => {
    const { port, upstream } = await gatewayBehind((app) => void app.use(tap));
    const client = await rawClient(port);
    client.send(
      'POST /mcp HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n01234',
    );
    client.send('56789');
    expect(await client.closed()).toMatch(/^HTTP\/1\.1 200 /);
    expect(upstream.seen.map(({ body }) => body.toString())).toEqual(['0123456789']);
  });

  test.each<[string, RequestHandler]>([
    [
      'reads by readable',
      (req, _res, go) =>
        void next(
          req,
          req.on('readable', () => req.read()),
          go,
        ),
    ],
    ['decodes it', (req, _res, go) => void next(req, req.setEncoding('utf8'), go)],
    ['has read a part', (req, _res, go) => void req.once('data', () => go())],
  ])('one who %s: 500 at once, nothing goes upstream', async (_, reader) => {
    const { port, upstream } = await gatewayBehind((app) => void app.use(reader));
    const bytes = `${'\xff'.repeat(50)}GET /admin HTTP/1.1\r\nHost: x\r\n\r\n`;
    const head = `POST /mcp HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${bytes.length}`;
    const client = await exchange(port, `${head}\r\n\r\n${bytes}`);
    expect(client.text).toContain('"reason":"body_consumed"');
    expect(upstream.seen).toEqual([]);
  });

  test.each([
    ['by length', (body: string) => `Content-Length: ${body.length}\r\n\r\n${body}`],
    [
      'chunked',
      (body: string) =>
        `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    ],
  ])('one who begins to read just after, framed %s: never half of it', async (_, framed) => {
    const { port, upstream } = await gatewayBehind((app) => {
      app.use(async (req, _res, go) => {
        go();
        for await (const _ of req);
      });
    });
    const head = 'POST /mcp HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
    const client = await exchange(port, head + framed('x'.repeat(700_000)));
    expect(client.text).toContain('"reason":"body_consumed"');
    expect(upstream.seen).toEqual([]);
  });

  test('one who takes bytes away later: the short request never ends, and its connection goes', async () => {
    const upstream = await rawUpstream();
    const { port, errors } = await startGateway({
      target: upstream.target,
      use: (req, _res, go) => {
        go();
        // As a reader that starts behind the relay's back would.
        const { emit } = req;
        req.emit = (event: string, ...args: unknown[]) =>
          event === 'data' ? true : emit.call(req, event, ...args);
      },
    });
    await exchange(
      port,
      'POST /mcp HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\n01234',
    );
    await (await upstream.connection(0)).closed();
    expect(errors.map(({ reason }) => reason)).toEqual(['body_consumed']);
  });
});

describe('a parser in front that has not read the body changes nothing', () => {
  test.each([
    ['another media type', 'text/plain', BODY],
    ['no body', JSON_TYPE, ''],
  ])('%s', async (_, type, body) => {
    const { server, upstream } = await gatewayBehind(parseOnly);
    await request(server).post('/mcp').type(type).send(body).expect(200);
    expect(upstream.seen[0]?.body.toString()).toBe(body);
  });

  test.each(['get', 'delete'] as const)('%s has no body to read', async (method) => {
    const { server, upstream } = await gatewayBehind(parseOnly);
    await request(server)[method]('/mcp').expect(200);
    expect(upstream.seen).toHaveLength(1);
  });

  test('the gateway before the parser: bytes as sent, and the parser serves the rest', async () => {
    const upstream = await recordingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    await request(gateway.server).post('/mcp').type(JSON_TYPE).send(BODY).expect(200);
    expect(upstream.seen[0]?.body.toString()).toBe(BODY);
  });
});
