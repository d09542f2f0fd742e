import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway } from '../src/index.ts';
import { atTestEnd } from './support/servers.ts';
import { rawUpstream } from './support/upstream.ts';

test('an answer that breaks off for an HTTP/1.0 client on a Unix socket ends, and nothing crashes', async () => {
  const upstream = await rawUpstream((connection) => {
    void connection.has(/\r\n\r\n/).then(() => {
      const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
      connection.socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
    });
  });
  const server = createServer(express().use(createMcpGateway({ target: upstream.target })));
  const path = join(tmpdir(), `express-mcp-gateway-${process.pid}.sock`);
  server.listen(path);
  await once(server, 'listening');
  atTestEnd(() => void server.close());

  const client = connect(path);
  atTestEnd(() => void client.destroy());
  client.on('error', () => {});
  let text = '';
  client.on('data', (bytes) => {
    text += bytes;
  });
  client.write('GET /mcp HTTP/1.0\r\n\r\n');
  while (!text.includes('hello')) await once(client, 'data');
  const closed = once(client, 'close');
  (await upstream.connection(0)).socket.destroy();
  await closed;
  expect(text).toMatch(/hello$/);
});
