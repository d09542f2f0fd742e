import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import type { PolicyCheck, RequestRecord } from '../../src/index.ts';
import { readAnswer } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { serve } from '../support/servers.ts';
import {
  answer,
  events,
  FILTER,
  filtered,
  filtering,
  openStream,
  STREAM_HEAD,
  TOOLS_LIST,
  tools,
} from './support/filtered.ts';

/** A policy that thinks about tools until it is told the outcome. */
function thinker() {
  const asked: { readonly name: string; readonly decide: (allow: boolean) => void }[] = [];
  const waiting: (() => void)[] = [];
  const check: PolicyCheck = ({ mcp }) => {
    if (mcp.method.endsWith('/list')) return true;
    return new Promise((decide) => {
      asked.push({ name: mcp.name ?? '', decide });
      for (const go of waiting.splice(0)) go();
    });
  };
  return {
    policy: { name: 'thinker', check, timeout: false as const },
    asked,
    async hasAsked(count: number) {
      while (asked.length < count) await new Promise<void>((go) => waiting.push(go));
    },
  };
}

describe('filterLists: while policies think', () => {
  test('what came before goes on, what comes behind waits', async () => {
    const { policy, asked, hasAsked } = thinker();
    const { client, connection } = await openStream({ policies: policy });
    connection.socket.write(`data: 1\n\ndata: ${tools('a', 'b')}\n\ndata: 2\n\n`);
    await client.has(/data: 1\n\n/);
    await hasAsked(2);
    connection.socket.write('data: 3\n\n');
    expect(client.text).not.toContain('data: 2');
    for (const { name, decide } of asked) decide(name === 'b');
    const text = await client.has(/data: 3\n\n/);
    expect(text).toContain(`data: 1\n\n`);
    const at = [`data: ${tools('b')}\n\n`, 'data: 2\n\n', 'data: 3\n\n'].map((part) =>
      text.indexOf(part),
    );
    expect(at).not.toContain(-1);
    expect(at).toEqual([...at].sort((a, b) => a - b));
  });

  test('the upstream waits as well', async () => {
    const { policy, asked, hasAsked } = thinker();
    const sent = Promise.withResolvers<ServerResponse>();
    const { port } = await serve((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write(`data: ${tools('a')}\n\n`);
      sent.resolve(res);
    });
    const target = `http://127.0.0.1:${port}/`;
    const gateway = await startGateway({ ...FILTER, target, policies: policy });
    const client = await rawClient(gateway.port);
    client.send(rawRequest({ method: 'GET' }));
    const res = await sent.promise;
    await hasAsked(1);
    const event = `:${'x'.repeat(1024 * 1024)}\n\n`;
    // More than sockets hold: with nobody reading, it cannot all be taken.
    for (let i = 0; i < 32; i++) res.write(event);
    expect(res.writableNeedDrain).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(res.writableLength).toBeGreaterThan(0);
    asked[0]?.decide(true);
    await once(res, 'drain');
    res.end();
    await client.closed();
    expect(client.text).toContain(tools('a'));
  });

  test('the client may leave', async () => {
    const { policy, asked, hasAsked } = thinker();
    const { gateway, client, connection } = await openStream({ policies: policy });
    connection.socket.write(`data: ${tools('a')}\n\n`);
    await hasAsked(1);
    client.socket.destroy();
    await connection.closed();
    asked[0]?.decide(true);
    expect(gateway.errors).toEqual([]);
  });

  test('so may one that waits for JSON', async () => {
    const { policy, asked, hasAsked } = thinker();
    const left = Promise.withResolvers<RequestRecord>();
    const { gateway } = await filtering(answer(tools('a'), ['Connection: close']), {
      policies: policy,
      observe: { onClose: left.resolve },
    });
    const client = await rawClient(gateway.port);
    client.send(rawRequest({ body: TOOLS_LIST }));
    await hasAsked(1);
    client.socket.destroy();
    expect(await left.promise).toMatchObject({ end: 'client_left', bytesOut: 0 });
    asked[0]?.decide(true);
    const next = send(gateway.port, { body: TOOLS_LIST });
    await hasAsked(2);
    asked[1]?.decide(false);
    expect((await next).body.toString()).toBe(tools());
    expect(gateway.errors).toEqual([]);
  });

  test('the upstream may end, and the stream of it ends whole', async () => {
    const { policy, asked, hasAsked } = thinker();
    const { gateway } = await filtering(events(`data: ${tools('a', 'b')}\n\n`), {
      policies: policy,
    });
    const client = await rawClient(gateway.port);
    client.send(rawRequest({ method: 'GET' }));
    await hasAsked(2);
    asked[0]?.decide(false);
    asked[1]?.decide(true);
    await client.closed();
    expect(readAnswer(client)).toMatchObject({ complete: true });
    expect(client.text).toContain(`data: ${tools('b')}\n\n`);
  });

  test('the upstream may break off: what is cut is not taken for whole', async () => {
    const { policy, hasAsked } = thinker();
    const head = `${STREAM_HEAD.replace('1.0', '1.1').slice(0, -2)}Content-Length: 9999\r\n\r\n`;
    const { client, connection } = await openStream({ policies: policy }, head);
    connection.socket.write(`data: ${tools('a')}\n\n`);
    await hasAsked(1);
    connection.socket.destroy();
    await client.closed();
    expect(readAnswer(client)?.complete).toBe(false);
  });

  test('items are asked about together, but not all of many', async () => {
    const { policy, asked, hasAsked } = thinker();
    const names = Array.from({ length: 100 }, (_, i) => `t${i}`);
    const list = filtered(answer(tools(...names)), undefined, { policies: policy });
    let decided = 0;
    while (decided < names.length) {
      await hasAsked(decided + 1);
      const open = asked.slice(decided);
      expect(open.length).toBeLessThan(names.length);
      for (const { name, decide } of open) decide(Number(name.slice(1)) % 2 === 0);
      decided += open.length;
    }
    const kept = names.filter((_, i) => i % 2 === 0);
    expect((await list).body.toString()).toBe(tools(...kept));
  });
});

describe('filterLists: a policy that fails', () => {
  const never = new Promise<boolean>(() => {});
  test.each<[string, () => boolean | Promise<boolean>]>([
    [
      'throws',
      () => {
        throw new Error('policy');
      },
    ],
    ['rejects', () => Promise.reject(new Error('policy'))],
    ['takes too long', () => never],
  ])('%s: what it was asked about is hidden, and somebody is told once', async (_how, fail) => {
    const check: PolicyCheck = ({ mcp }) =>
      mcp.method.endsWith('/list') || mcp.name === 'a' || fail();
    const policies = { name: 'failing', check, timeout: 50 };
    const { gateway } = await filtering(answer(tools('b', 'a', 'c')), { policies });
    const got = await send(gateway.port, { body: TOOLS_LIST });
    expect(got.body).toBe(tools('a'));
    expect(gateway.errors).toMatchObject([{ reason: 'policy_denied', cause: expect.any(Error) }]);
  });
});

test('filterLists: small events that came together go on together', async () => {
  const { port } = await serve((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.end('data:\n\n'.repeat(5000));
  });
  const gateway = await startGateway({ ...FILTER, target: `http://127.0.0.1:${port}/mcp` });
  const client = await rawClient(gateway.port);
  await client.send(rawRequest({ method: 'GET' })).closed();
  expect(client.text.match(/data:/g)).toHaveLength(5000);
  const chunks = client.text.match(/^[0-9a-f]+\r$/gm) ?? [];
  expect(chunks.length).toBeGreaterThan(0);
  expect(chunks.length).toBeLessThan(100);
});
