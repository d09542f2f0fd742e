import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway } from '../../src/index.ts';
import { readAnswer } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';
import {
  answer,
  FILTER,
  filtered,
  filtering,
  openStream,
  STREAM_HEAD,
  TOOLS_LIST,
  tools,
} from './support/filtered.ts';

describe('filterLists: timers and the end', () => {
  test('timeout.idle: an upstream that stalls within the JSON', async () => {
    const sent = answer(tools('a')).subarray(0, -5);
    const { gateway } = await filtering(sent, { timeout: { idle: 100 } });
    const got = await send(gateway.port, { body: TOOLS_LIST });
    const body = got.body.replace('"id":1', '"id":null');
    expectFailure({ ...got, body }, 'upstream_timeout', gateway);
  });

  test('an upstream that breaks off within the JSON', async () => {
    const upstream = await rawUpstream((connection) => {
      const part = answer(tools('a')).subarray(0, -5);
      void connection.has(/\r\n\r\n/).then(() => connection.socket.end(part));
    });
    const gateway = await startGateway({ ...FILTER, target: upstream.target });
    const got = await send(gateway.port, { body: TOOLS_LIST });
    const body = got.body.replace('"id":1', '"id":null');
    expectFailure({ ...got, body }, 'upstream_invalid', gateway);
  });

  test('timeout.stream: a stream is cut', async () => {
    const { client } = await openStream({ timeout: { stream: 100 } });
    await client.closed();
    expect(readAnswer(client)).toMatchObject({ status: 200, complete: false });
  });

  test('heartbeat: while an event is held, and not within it', async () => {
    const { client, connection } = await openStream({ heartbeat: 20 });
    const data = `data: ${tools('a', 'hidden')}\n\n`;
    connection.socket.write(data.slice(0, 20));
    await client.has(/:\n\n:\n\n:\n\n/);
    connection.socket.write(data.slice(20));
    await client.has(/data: .*\n\n/);
    expect(client.text).toContain(`data: ${tools('a')}\n\n`);
  });

  test('close(): a stream ends between two events', async () => {
    const upstream = await rawUpstream();
    const gateway = createMcpGateway({ ...FILTER, target: upstream.target });
    const { port } = await serve(express().use(gateway));
    const client = await rawClient(port);
    client.send(rawRequest({ method: 'GET' }));
    const { socket } = await upstream.connection(0);
    socket.write(`${STREAM_HEAD}data: ${tools('a', 'hidden')}\n\ndata: {"a`);
    await client.has(/data: .*\n\n/);
    await gateway.close();
    await client.closed();
    const got = readAnswer(client);
    expect(got).toMatchObject({ complete: true });
    expect(got?.body).toBe(`data: ${tools('a')}\n\n`);
  });

  test('HTTP/1.0: an edited answer has its length', async () => {
    const got = await filtered(answer(tools('a', 'hidden')), { version: '1.0', body: TOOLS_LIST });
    expect(got).toMatchObject({ framing: 'length', complete: true });
    expect(got.body).toBe(tools('a'));
  });
});
