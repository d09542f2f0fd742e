import { describe, expect, jest, test } from '@jest/globals';
import connect from 'connect';
import express from 'express';
import { createMcpGateway, ipFilter, mcpProxy } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { isInProcess } from '../support/endpoint.ts';
import { holdTimers } from '../support/fake-time.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { answering, rawUpstream, recordingUpstream } from '../support/upstream.ts';

const head = (method: string, fields = '') =>
  `${method} /mcp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n${fields}\r\n`;
const END = '0\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';

async function settle(): Promise<void> {
  for (let i = 0; i < 50; i += 1) await new Promise(setImmediate);
}

describe.each(['GET', 'DELETE'])('%s with a chunked body', (method) => {
  test('that is empty is relayed without a body, and the connection goes on', async () => {
    const upstream = await rawUpstream(answering(OK));
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(head(method) + END);
    await client.has(/ok$/);
    client.send(head(method) + END);
    await client.has(/ok[\s\S]*ok$/);
    expect(client.statuses).toEqual([200, 200]);
    for (const { received } of upstream.connections) {
      expect(received).toMatch(new RegExp(`^${method} `));
      expect(received).not.toMatch(/transfer-encoding|content-length/i);
      if (!isInProcess) expect(received).toMatch(/\r\n\r\n$/);
    }
    expect(upstream.connections).toHaveLength(2);
    expect(gateway.errors).toEqual([]);
  });

  test('whose end comes later waits for it', async () => {
    const { target, seen } = await recordingUpstream();
    const gateway = await startGateway({ target, policies: () => true });
    const client = await rawClient(gateway.port);
    client.send(head(method));
    await settle();
    expect(seen).toEqual([]);
    client.send(END);
    await client.has(/result/);
    expect(seen.map(({ body }) => body.length)).toEqual([0]);
  });

  test('that has trailers and no byte is empty', async () => {
    const { target, seen } = await recordingUpstream();
    const gateway = await startGateway({ target });
    const client = await rawClient(gateway.port);
    client.send(`${head(method)}0\r\nX-Late: 1\r\n\r\n`);
    await client.has(/result/);
    expect(seen).toHaveLength(1);
  });

  test.each([
    ['at once', 0],
    ['later', 50],
  ])(
    'with a byte in it, which comes %s, is refused, and the connection closes',
    async (_, turns) => {
      const { target, seen } = await recordingUpstream();
      const gateway = await startGateway({ target });
      const client = await rawClient(gateway.port);
      client.send(head(method));
      for (let i = 0; i < turns; i += 1) await new Promise(setImmediate);
      client.send(`1\r\nx\r\n${END}${head('DELETE')}${END}`);
      const text = await client.closed();
      expect(client.statuses).toEqual([400]);
      expect(text).toContain('"reason":"unexpected_body"');
      expect(text).toMatch(/^connection: close\r$/im);
      expect(seen).toEqual([]);
    },
  );

  test('that neither begins nor ends is refused once the time for a head is over', async () => {
    const { target, seen } = await recordingUpstream();
    holdTimers();
    const gateway = await startGateway({ target });
    gateway.server.headersTimeout = 20_000;
    const client = await rawClient(gateway.port);
    client.send(head(method));
    await settle();
    jest.advanceTimersByTime(19_999);
    await settle();
    expect(client.text).toBe('');
    jest.advanceTimersByTime(1);
    await client.has(/unexpected_body/);
    expect(client.statuses).toEqual([400]);
    jest.advanceTimersByTime(2_000);
    await client.closed();
    expect(seen).toEqual([]);
  });

  test.each([
    ['empty', END, [100, 200]],
    ['not', `1\r\nx\r\n${END}`, [100, 400]],
  ])('that waits to be asked for, and is %s', async (_, body, statuses) => {
    const { target } = await recordingUpstream();
    const gateway = await startGateway({ target });
    const client = await rawClient(gateway.port);
    client.send(head(method, 'Expect: 100-continue\r\n'));
    await client.has(/100 Continue\r\n\r\n/);
    client.send(body);
    await client.has(/"jsonrpc"/);
    expect(client.statuses).toEqual(statuses);
  });

  test('that is empty waits for its turn like any other', async () => {
    const { target, seen } = await recordingUpstream();
    const gateway = await startGateway({ target });
    const client = await rawClient(gateway.port);
    const last = head(method, 'Connection: close\r\n');
    client.send((head(method) + END).repeat(3) + last + END);
    await client.closed();
    expect(client.statuses).toEqual([200, 200, 200, 200]);
    expect(seen).toHaveLength(4);
  });

  test('by a client that leaves meanwhile is nothing', async () => {
    const { target, seen } = await recordingUpstream();
    const gateway = await startGateway({ target });
    const client = await rawClient(gateway.port);
    client.send(head(method));
    await settle();
    client.socket.destroy();
    await settle();
    expect(seen).toEqual([]);
    expect(gateway.errors).toEqual([]);
  });

  test('that is empty is refused by later slots as it would be without', async () => {
    const { target } = await recordingUpstream();
    const gateway = createMcpGateway({ target, ipFilter: { deny: ['127.0.0.1'] } });
    const { port } = await serve(express().use(gateway));
    const client = await rawClient(port);
    client.send(head(method) + END);
    await client.has(/ip_not_allowed/);
    client.send(head(method) + END);
    await client.has(/ip_not_allowed[\s\S]*ip_not_allowed/);
    expect(client.statuses).toEqual([403, 403]);
  });

  test('that is empty passes mcpProxy() as well', async () => {
    const { target, seen } = await recordingUpstream();
    const app = connect()
      .use(ipFilter({ allow: ['127.0.0.1'] }))
      .use(mcpProxy({ target }));
    const { port } = await serve(app);
    const client = await rawClient(port);
    client.send(head(method) + END);
    await client.has(/result/);
    expect(seen.map((request) => request.headers['transfer-encoding'])).toEqual([undefined]);
  });
});

test('an empty chunked body on another method is refused for its method', async () => {
  const { target } = await recordingUpstream();
  const gateway = await startGateway({ target });
  const client = await rawClient(gateway.port);
  client.send(head('PUT') + END);
  await client.has(/method_not_allowed/);
  expect(client.statuses).toEqual([405]);
});

test('a body that somebody in front has read is one', async () => {
  const { target, seen } = await recordingUpstream();
  const app = express();
  app.use((req, _res, next) => req.resume().on('end', next));
  app.use(createMcpGateway({ target }));
  const { port } = await serve(app);
  const client = await rawClient(port);
  client.send(`${head('DELETE')}1\r\nx\r\n${END}`);
  await client.has(/unexpected_body/);
  expect(client.statuses).toEqual([400]);
  expect(seen).toEqual([]);
});
