import { describe, expect, test } from '@jest/globals';
import { readAnswer } from '../support/client/answer.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { type Outgoing, rawRequest } from '../support/client/request.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { reset } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';

/** What an upstream sends before it goes, and how it goes. */
interface Break {
  readonly bytes: string;
  readonly how: 'end' | 'reset';
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const STREAM = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';

/**
 * Relays the bytes before the break, waits until the client has some of them, then breaks. What the
 * client got must show that it is not all.
 */
async function expectAbort({ bytes, how }: Break, request: Outgoing): Promise<void> {
  const upstream = await rawUpstream(onHead((socket) => socket.write(bytes)));
  const gateway = await startGateway({ target: upstream.target });
  const client = (await rawClient(gateway.port)).send(rawRequest(request));
  await client.has(/begun/);

  const { socket } = await upstream.connection(0);
  if (how === 'end') socket.end();
  else reset(socket);
  await client.closed();

  expect(readAnswer(client)).toMatchObject({ status: 200, complete: false });
  expect(readAnswer(client)?.body).toMatch(/^(data: )?begun/);
  expect(gateway.errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
}

const BREAKS: readonly (readonly [string, Break])[] = [
  ['a length cut short', { bytes: `${OK}Content-Length: 100\r\n\r\nbegun`, how: 'end' }],
  ['a length reset', { bytes: `${OK}Content-Length: 100\r\n\r\nbegun`, how: 'reset' }],
  ['a chunk cut short', { bytes: `${OK}${CHUNKED}a\r\nbegun`, how: 'end' }],
  ['a chunk reset', { bytes: `${OK}${CHUNKED}a\r\nbegun`, how: 'reset' }],
  ['chunks without the last', { bytes: `${OK}${CHUNKED}5\r\nbegun\r\n`, how: 'end' }],
  ['chunks reset', { bytes: `${OK}${CHUNKED}5\r\nbegun\r\n`, how: 'reset' }],
  ['the last chunk without its end', { bytes: `${OK}${CHUNKED}5\r\nbegun\r\n0\r\n`, how: 'end' }],
  ['a connection reset that frames the body', { bytes: `${OK}\r\nbegun`, how: 'reset' }],
  ['an event stream cut short', { bytes: `${STREAM}${CHUNKED}b\r\ndata: begun\r\n`, how: 'end' }],
  ['an event stream reset', { bytes: `${STREAM}${CHUNKED}b\r\ndata: begun\r\n`, how: 'reset' }],
  ['an unframed event stream reset', { bytes: `${STREAM}\r\ndata: begun\n\n`, how: 'reset' }],
];

describe('an answer that breaks off breaks off for the client', () => {
  test.each(BREAKS)('%s', async (_name, fault) => {
    await expectAbort(fault, { method: 'POST' });
  });

  test.each(BREAKS)('on GET: %s', async (_name, fault) => {
    await expectAbort(fault, { method: 'GET' });
  });

  test.each(BREAKS)('for an HTTP/1.0 client: %s', async (_name, fault) => {
    await expectAbort(fault, { version: '1.0' });
  });

  test('`fetch` rejects', async () => {
    const upstream = await rawUpstream(
      onHead((socket) => socket.write(`${OK}${CHUNKED}5\r\nbegun\r\n`)),
    );
    const gateway = await startGateway({ target: upstream.target });

    const answer = await fetch(gateway.url, { method: 'POST', body: '{}' });
    (await upstream.connection(0)).socket.destroy();

    await expect(answer.text()).rejects.toThrow();
  });
});

test('an answer that was whole before its connection was destroyed is whole', async () => {
  const { target } = await startEndpoint((req, res) => {
    res.end('whole');
    req.destroy();
  });
  const gateway = await startGateway({ target });

  const answer = readAnswer(await exchange(gateway.port, rawRequest({ method: 'GET' })));

  expect(answer).toMatchObject({ status: 200, complete: true });
  expect(answer?.body).toBe('whole');
  expect(gateway.errors).toEqual([]);
});

describe('an answer cut at any byte is an error or an abort, never whole', () => {
  test.each([
    ['by its length', `${OK}Content-Length: 9\r\n\r\n{"a": 12}`],
    ['by chunks', `${OK}${CHUNKED}5\r\n{"a":\r\n4;x\r\n 12}\r\n0\r\n\r\n`],
  ])('framed %s', async (_name, whole) => {
    const cuts = [...whole].map((_, i) => whole.slice(0, i));
    let bytes = '';
    const upstream = await rawUpstream(onHead((socket) => socket.end(bytes)));
    const gateway = await startGateway({ target: upstream.target });

    for (bytes of cuts) {
      const client = await exchange(gateway.port, rawRequest());

      const answer = readAnswer(client);
      if (answer?.complete) expect([bytes, answer.status]).toEqual([bytes, 502]);
    }
    expect(gateway.errors).toHaveLength(cuts.length);

    bytes = whole;
    const answer = readAnswer(await exchange(gateway.port, rawRequest()));
    expect(answer).toMatchObject({ status: 200, complete: true });
    expect(answer?.body).toBe('{"a": 12}');
  });
});

describe('chunks that are none cut the answer and its connection', () => {
  test.each([
    ['no number', 'oops\r\n'],
    ['a negative size', '-5\r\nhello\r\n'],
    ['a size beyond 64 bits', 'fffffffffffffffff\r\n'],
    ['a blank before the size', ' 5\r\nhello\r\n'],
    ['a chunk longer than its size', '3\r\nhello\r\n'],
    ['a bare LF', '5\nhello\n0\n\n'],
    ['another answer', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a length among the trailers', '0\r\nContent-Length: 9\r\n\r\n'],
  ])('%s', async (_name, bytes) => {
    const upstream = await rawUpstream(
      onHead((socket) => socket.write(`${OK}${CHUNKED}5\r\nbegun\r\n`)),
    );
    const gateway = await startGateway({ target: upstream.target });
    const client = (await rawClient(gateway.port)).send(rawRequest());
    await client.has(/begun/);

    const connection = await upstream.connection(0);
    connection.socket.write(bytes);
    await client.closed();
    await connection.closed();

    expect(readAnswer(client)).toMatchObject({ status: 200, complete: false });
    expect(gateway.errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
  });
});

const POISON = 'HTTP/1.1 200 OK\r\nX-Poison: 1\r\nContent-Length: 6\r\n\r\npoison';

describe('what follows an answer belongs to nobody', () => {
  test.each([
    ['bytes behind the length', `${OK}Content-Length: 4\r\n\r\ntrue`, 'surplus'],
    ['an answer behind the length', `${OK}Content-Length: 4\r\n\r\ntrue`, POISON],
    ['an answer behind the last chunk', `${OK}${CHUNKED}4\r\ntrue\r\n0\r\n\r\n`, POISON],
    ['an answer behind an empty 202', 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n', POISON],
    ['an answer behind a 204', 'HTTP/1.1 204 No Content\r\n\r\n', POISON],
  ])('%s', async (_name, answer, surplus) => {
    const upstream = await rawUpstream(onHead((socket) => socket.write(answer + surplus)));
    const gateway = await startGateway({ target: upstream.target });

    for (const n of [0, 1]) {
      const client = await exchange(gateway.port, rawRequest());

      // Whole, its own, and over a connection that nobody has used before.
      expect(readAnswer(client)).toMatchObject({ complete: true, rest: Buffer.alloc(0) });
      expect(readAnswer(client)?.body).toBe(answer.includes('true') ? 'true' : '');
      expect(client.statuses).toEqual([Number(answer.slice(9, 12))]);
      expect(client.text).not.toMatch(/poison|surplus/i);
      expect(upstream.connections).toHaveLength(n + 1);
      await upstream.connections[n]?.closed();
    }
  });
});

test('a client gets nothing of an answer that is broken in the packet of its head', async () => {
  const upstream = await rawUpstream(
    onHead((socket) => socket.write(`${OK}${CHUNKED}5\r\nbegun\r\nnot a length\r\n`)),
  );
  const gateway = await startGateway({ target: upstream.target });
  const client = (await rawClient(gateway.port)).send(rawRequest({ method: 'POST' }));
  await client.closed();
  expect(client.text).toBe('');
  expect(gateway.errors.map(({ reason }) => reason)).toEqual(['upstream_invalid']);
});
