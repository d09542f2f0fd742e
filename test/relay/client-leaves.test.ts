import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type GatewayError } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { listenOn, reset } from '../support/servers.ts';
import { rawUpstream, type UpstreamConnection } from '../support/upstream.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n';

const UPLOAD = 'POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';

/** What the client has sent and the upstream has answered when the client goes. */
const MOMENTS: readonly (readonly [moment: string, request: string, answer: string])[] = [
  ...['POST', 'GET', 'DELETE'].flatMap(
    (method) =>
      [
        [`${method}, before the head`, rawRequest({ method }), ''],
        [
          `${method}, before the head, after a 103`,
          rawRequest({ method }),
          'HTTP/1.1 103 Hi\r\n\r\n',
        ],
        [`${method}, mid head`, rawRequest({ method }), OK],
        [`${method}, mid stream`, rawRequest({ method }), `${STREAM}data: begun\n\n`],
        [`${method}, mid answer`, rawRequest({ method }), `${OK}Content-Length: 99\r\n\r\nbegun`],
      ] as const,
  ),
  ['mid upload, by length', `${UPLOAD}Content-Length: 99\r\n\r\n{"a`, ''],
  ['mid upload, by chunks', `${UPLOAD}Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n`, ''],
  ['mid chunk', `${UPLOAD}Transfer-Encoding: chunked\r\n\r\nf\r\n{"a`, ''],
  ['HTTP/1.0, mid stream', rawRequest({ version: '1.0' }), `${STREAM}data: begun\n\n`],
];

/** Fault 28: Node takes half a close for a whole one. */
const WAYS = ['destroys its socket', 'resets it', 'closes its half'] as const;

describe.each(WAYS)('the client %s, and the upstream request is gone', (way) => {
  test.each(MOMENTS)('%s', async (_moment, request, answer) => {
    const upstream = await rawUpstream(onHead((socket) => socket.write(answer)));
    const gateway = await startGateway({ target: upstream.target });
    const client = (await rawClient(gateway.port)).send(request);
    const connection = await upstream.connection(0);
    await connection.has(request.includes('{"a') ? /\{"a/ : /\r\n\r\n/);
    if (answer.includes('begun')) await client.has(/begun/);

    if (way === 'resets it') reset(client.socket);
    else if (way === 'destroys its socket') client.socket.destroy();
    else client.socket.end();

    await connection.closed();
    expect(upstream.connections).toHaveLength(1);
    // Nobody was answered, so that nothing failed.
    expect(gateway.errors).toEqual([]);
  });
});

describe('requests that wait behind another on the same connection', () => {
  const keep = (method: string) => rawRequest({ method }).replace('Connection: close\r\n', '');

  test.each(['POST', 'GET', 'DELETE'])(
    '%s goes with its client, and is never sent',
    async (method) => {
      const upstream = await rawUpstream();
      const gateway = await startGateway({ target: upstream.target });
      const client = (await rawClient(gateway.port)).send(keep('GET') + keep(method));
      const first = await upstream.connection(0);
      await first.has(/\r\n\r\n/);

      client.socket.destroy();
      await first.closed();

      const next = (await rawClient(gateway.port)).send(
        rawRequest({ headers: ['Mcp-Name: next'] }),
      );
      await (await upstream.connection(1)).has(/Mcp-Name: next/);
      next.socket.destroy();
      expect(upstream.connections).toHaveLength(2);
      expect(gateway.errors).toEqual([]);
    },
  );
});

describe('a client that never ends its upload', () => {
  test.each([
    ['by length', `${UPLOAD}Content-Length: 99\r\n\r\n{"a`],
    ['by chunks', `${UPLOAD}Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n`],
  ])(
    '%s: 408 when `requestTimeout` is over, and the upstream never sees its end',
    async (_name, request) => {
      const upstream = await rawUpstream();
      const errors: GatewayError[] = [];
      const app = express();
      app.use(
        createMcpGateway({ target: upstream.target, onError: (error) => errors.push(error) }),
      );
      const server = createServer({ connectionsCheckingInterval: 50 }, app);
      const client = (await rawClient(await listenOn(server))).send(request);
      const connection = await upstream.connection(0);
      await connection.has(/\{"a/);

      Object.assign(server, { headersTimeout: 1, requestTimeout: 1 });
      await client.closed();
      await connection.closed();

      expect(client.statuses).toEqual([408]);
      expect(connection.received).not.toMatch(/\r\n0\r\n/);
      expect(connection.received).toMatch(/\{"a(\r\n)?$/);
      expect(errors).toEqual([]);
    },
  );
});

test('a hundred clients that leave at once leave nothing behind', async () => {
  const upstream = await rawUpstream(onHead((socket) => socket.write(`${STREAM}data: begun\n\n`)));
  const gateway = await startGateway({ target: upstream.target });
  const clients = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => {
      const client = await rawClient(gateway.port);
      return client.send(rawRequest({ method: i % 2 === 0 ? 'GET' : 'POST' }));
    }),
  );
  await Promise.all(clients.map((client) => client.has(/begun/)));

  for (const client of clients) client.socket.destroy();

  await Promise.all(upstream.connections.map((connection) => connection.closed()));
  expect(upstream.connections).toHaveLength(100);
  expect(gateway.errors).toEqual([]);
});

test('at whatever turn of the event loop they leave, no request stays behind', async () => {
  const upstream = await rawUpstream();
  const gateway = await startGateway({ target: upstream.target });
  for (const method of ['POST', 'GET', 'DELETE']) {
    for (let turns = 0; turns < 40; turns++) {
      const client = (await rawClient(gateway.port)).send(rawRequest({ method }));
      for (let i = 0; i < turns; i++) await new Promise(setImmediate);
      client.socket.destroy();
    }
  }

  // Connections are accepted in order: once this one is there, so are all before it.
  const last = (await rawClient(gateway.port)).send(rawRequest({ headers: ['Mcp-Name: last'] }));
  const isLast = ({ received }: UpstreamConnection) => received.includes('Mcp-Name: last');
  while (!upstream.connections.some(isLast)) await new Promise(setImmediate);
  last.socket.destroy();

  await Promise.all(upstream.connections.map((connection) => connection.closed()));
  expect(gateway.errors).toEqual([]);
});
