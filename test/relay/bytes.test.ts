import { describe, expect, test } from '@jest/globals';
import { readAnswer, valuesOf } from '../support/client/answer.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { answering, rawUpstream, recordingUpstream } from '../support/upstream.ts';
import { noise, testSameBytes } from './support/same-bytes.ts';

const KB = 1024;

describe.each([
  ['0 B', 0],
  ['1 KB', KB],
  ['1 MB', 1024 * KB],
])('%s are the same bytes on the other side, both ways', (_size, size) => testSameBytes(size));

/** Texts that a parse and a re-serialisation would change, or that no JSON parser takes. */
const TEXTS: readonly (readonly [string, string])[] = [
  ['key order and blanks', ' {\t"params" : {"z":1,"a":2},\r\n "id":1 , "jsonrpc":"2.0" }\n\n'],
  ['numbers that doubles cannot hold', '{"id":9007199254740993,"x":[1.0,-0,1e400,1E+2]}'],
  ['duplicate keys', '{"method":"a","method":"b"}'],
  ['escapes', '{"a":"\\u00e9\\/\\ud800"}'],
  ['a batch', '[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","method":"b"}]'],
  ['a byte order mark', '\xef\xbb\xbf{}'],
  ['bytes that are not UTF-8', '{"a":"\xff\xfe\xc0\x80"}'],
  ['NUL bytes', '\0{\0}\0'],
  ['no JSON at all', 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n'],
];

describe('bytes of a head beyond ASCII are the same on the other side', () => {
  test('where the body of the request comes later', async () => {
    const upstream = await rawUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);

    client.send('POST /mcp HTTP/1.1\r\nHost: a\r\nMcp-Name: \xe4\xff\r\nContent-Length: 2\r\n\r\n');

    const head = await (await upstream.connection(0)).has(/\r\n\r\n/);
    expect(head).toMatch(/^mcp-name: \xe4\xff\r$/im);
  });

  test('where the answer is an event stream without an event', async () => {
    const upstream = await rawUpstream(
      answering('HTTP/1.1 200 \xe4\r\nContent-Type: text/event-stream\r\nX-A: \xe4\xff\r\n\r\n'),
    );
    const gateway = await startGateway({ target: upstream.target });
    const client = (await rawClient(gateway.port)).send(rawRequest({}));

    const head = await client.has(/\r\n\r\n/);
    expect(head).toMatch(/^x-a: \xe4\xff\r$/im);
  });
});

describe('what a body says is nobody’s business', () => {
  test.each(TEXTS)('%s', async (_name, text) => {
    const upstream = await recordingUpstream((_req, res, body) => {
      res.setHeader('Content-Type', 'application/json');
      res.end(body);
    });
    const gateway = await startGateway({ target: upstream.target });

    const answer = await send(gateway.port, { body: Buffer.from(text, 'latin1') });

    expect(upstream.seen.map(({ body }) => body.toString('latin1'))).toEqual([text]);
    expect(answer.bytes.toString('latin1')).toBe(text);
    expect(answer).toMatchObject({ status: 200, complete: true });
  });

  test('chunk boundaries and extensions do not show in the body', async () => {
    const upstream = await recordingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const text = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    const chunks = [...text].map((byte) => `1;name="v;\t"\r\n${byte}\r\n`).join('');

    await exchange(
      gateway.port,
      'POST /mcp HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n' +
        `${chunks}000\r\n\r\n`,
    );

    expect(upstream.seen.map(({ body }) => body.toString())).toEqual([text]);
  });
});

describe('an answer that ends with its connection is whole when that ends in order', () => {
  test.each(['HTTP/1.1 200 OK\r\nConnection: close', 'HTTP/1.1 200 OK', 'HTTP/1.0 200 OK'])(
    '%j',
    async (head) => {
      const bytes = noise(100_000);
      const upstream = await rawUpstream(
        onHead((socket) => {
          socket.write(`${head}\r\nContent-Type: application/json\r\n\r\n`);
          socket.end(bytes);
        }),
      );
      const gateway = await startGateway({ target: upstream.target });

      const client = await exchange(gateway.port, rawRequest());

      const answer = readAnswer(client);
      expect(answer).toMatchObject({ status: 200, complete: true });
      expect(answer?.bytes.equals(bytes)).toBe(true);
      expect(gateway.errors).toEqual([]);
    },
  );

  test('an HTTP/1.0 client gets the same bytes without chunks', async () => {
    const bytes = noise(100_000);
    const upstream = await recordingUpstream((_req, res) => {
      res.setHeader('Content-Type', 'application/json');
      res.write(bytes.subarray(0, 1000));
      res.end(bytes.subarray(1000));
    });
    const gateway = await startGateway({ target: upstream.target });

    const answer = await send(gateway.port, { version: '1.0' });

    expect(valuesOf(answer, 'transfer-encoding')).toEqual([]);
    expect(answer).toMatchObject({ status: 200, framing: 'close', complete: true });
    expect(answer.bytes.equals(bytes)).toBe(true);
  });
});
