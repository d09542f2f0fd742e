import { EventEmitter, once } from 'node:events';
import type { Duplex } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { readAnswer, valuesOf } from '../support/client/answer.ts';
import { rawClient } from '../support/client/raw.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { pour } from '../support/pour.ts';
import { reset } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';

const MB = 1024 * 1024;
const TEN_MB = 10 * MB;
const ERROR = '{"jsonrpc":"2.0","id":null,"error":{"code":413,"message":"too large"}}';

function answerWith(status: number): string {
  return (
    `HTTP/1.1 ${status} No\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${ERROR.length}\r\n\r\n${ERROR}`
  );
}

/** The heads of a 10 MB upload; the connection is the client's to keep. */
const UPLOADS: readonly (readonly [string, string])[] = [
  ['framed by its length', `Content-Length: ${TEN_MB}\r\n\r\n`],
  ['chunked', `Transfer-Encoding: chunked\r\n\r\n${TEN_MB.toString(16)}\r\n`],
];

const headOf = (framing: string) =>
  `POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${framing}`;

const BLOCK = Buffer.alloc(64 * 1024);

test('the head goes upstream before the first byte of the body is there', async () => {
  const upstream = await rawUpstream(onHead((socket) => socket.write(answerWith(401))));
  const gateway = await startGateway({ target: upstream.target, bodyLimit: '11mb' });
  const client = (await rawClient(gateway.port)).send(headOf(UPLOADS[0]?.[1] ?? ''));

  await client.has(/ 401 .*too large/s);

  expect(client.statuses).toEqual([401]);
});

test('an answer to the last byte is not early: the connection stays', async () => {
  const heads = new EventEmitter();
  const { target } = await startEndpoint((req, res) => {
    heads.emit('head');
    req.resume().on('end', () => res.end());
  });
  const gateway = await startGateway({ target });
  const client = await rawClient(gateway.port);

  for (const count of [1, 2]) {
    const head = once(heads, 'head');
    client.send(headOf('Content-Length: 4\r\n\r\n'));
    await head;
    client.send('last');
    while (client.statuses.length < count) await once(client, 'change');
  }

  expect(client.statuses).toEqual([200, 200]);
  expect(client.text).not.toMatch(/^connection: close/im);
});

describe.each(UPLOADS)('an answer before the upload ends, %s', (_name, framing) => {
  test.each([401, 413])('%i is relayed, then both connections go', async (status) => {
    const upstream = await rawUpstream(onHead((socket) => socket.write(answerWith(status))));
    const gateway = await startGateway({ target: upstream.target, bodyLimit: '11mb' });
    const client = (await rawClient(gateway.port)).send(headOf(framing)).send(BLOCK);

    await client.closed();
    const connection = await upstream.connection(0);
    await connection.closed();

    const answer = readAnswer(client);
    expect(answer).toMatchObject({ status, complete: true });
    expect(answer?.body).toBe(ERROR);
    expect(answer && valuesOf(answer, 'connection')).toEqual(['close']);
    expect(connection.received.length).toBeLessThan(MB);
    expect(gateway.errors).toEqual([]);
  });

  test('a client that goes on sending gets the answer, the upstream no more', async () => {
    const upstream = await rawUpstream(onHead((socket) => socket.write(answerWith(413))));
    const gateway = await startGateway({ target: upstream.target, bodyLimit: '11mb' });
    const client = (await rawClient(gateway.port)).send(headOf(framing)).send(BLOCK);

    await client.has(/too large/);
    const connection = await upstream.connection(0);
    await connection.closed();
    await pour(client.socket, TEN_MB - MB).done;

    expect(readAnswer(client)).toMatchObject({ status: 413, complete: true });
    expect(readAnswer(client)?.body).toBe(ERROR);
    expect(connection.received.length).toBeLessThan(MB);
  });

  test('what the client sends after that is not taken for a request', async () => {
    const upstream = await rawUpstream(onHead((socket) => socket.write(answerWith(413))));
    const gateway = await startGateway({ target: upstream.target, bodyLimit: '11mb' });
    const client = (await rawClient(gateway.port)).send(headOf(framing)).send(BLOCK);
    await client.has(/ 413 /);

    client.send('GET /mcp HTTP/1.1\r\nHost: a\r\nMcp-Name: smuggled\r\n\r\n');
    await client.closed();

    expect(client.statuses).toEqual([413]);
    expect(upstream.connections).toHaveLength(1);
  });
});

describe('the upstream closes while it is still being written to', () => {
  async function upload(act: (socket: Duplex) => void) {
    const upstream = await rawUpstream(onHead(act));
    const gateway = await startGateway({ target: upstream.target, bodyLimit: '11mb' });
    const head = headOf(UPLOADS[0]?.[1] ?? '');
    const client = (await rawClient(gateway.port)).send(head).send(Buffer.alloc(MB));
    return { upstream, gateway, client };
  }

  test.each(['end', 'reset'])('its answer stands if it was there before the %s', async (how) => {
    const { upstream, gateway, client } = await upload((socket) => socket.write(answerWith(413)));

    await client.has(/too large/);
    const { socket } = await upstream.connection(0);
    if (how === 'end') socket.end();
    else reset(socket);
    await client.has(/\}\}$/);

    expect(readAnswer(client)).toMatchObject({ status: 413, complete: true });
    expect(gateway.errors).toEqual([]);
  });

  test('an upstream that answers, ends and reads on has answered', async () => {
    const { gateway, client } = await upload((socket) => socket.end(answerWith(413)));

    await client.has(/\}\}$/);

    expect(readAnswer(client)).toMatchObject({ status: 413, complete: true });
    expect(gateway.errors).toEqual([]);
  });

  test.each(['end', 'reset'])('without an answer, a connection that is %s is 502', async (how) => {
    const { gateway, client } = await upload((socket) =>
      how === 'end' ? socket.end() : reset(socket),
    );

    await client.has(/\}\}$/);

    const answer = readAnswer(client);
    if (answer === undefined) throw new Error('no answer');
    expectFailure(answer, 'upstream_unreachable', gateway);
    expect(valuesOf(answer, 'connection')).toEqual(['close']);
  });

  test('an answer that a reset may have overtaken is relayed or 502, and nothing hangs', async () => {
    const tries = Array.from({ length: 10 }, async () => {
      const { client } = await upload((socket) => {
        socket.pause();
        socket.write(answerWith(413), () => reset(socket));
      });
      await client.has(/\}\}$/);
      return readAnswer(client);
    });

    for (const answer of await Promise.all(tries)) {
      expect(answer).toMatchObject({ complete: true });
      expect([413, 502]).toContain(answer?.status);
    }
  });
});
