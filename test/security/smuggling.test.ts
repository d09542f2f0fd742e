import { describe, expect, test } from '@jest/globals';
import { exchange, rawClient, statusesIn } from '../support/client/raw.ts';
import { startGateway } from '../support/gateway.ts';
import { holdingUpstream } from '../support/holding-upstream.ts';
import { reset } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';
import { call, expectUnheard, message, reasonIn, startPair } from './support/pair.ts';

const SMUGGLED = call('smuggled');
const LENGTH = `Content-Length: ${SMUGGLED.length}`;
const CHUNKED = 'Transfer-Encoding: chunked';
const chunk = (bytes: string) => `${bytes.length.toString(16)}\r\n${bytes}\r\n0\r\n\r\n`;

/** Requests that are refused, each with a body that is a request itself. */
const REFUSED: [what: string, status: number, reason: string, request: string][] = [
  ['a body on GET', 400, 'unexpected_body', message('GET /mcp HTTP/1.1', [LENGTH], SMUGGLED)],
  ['a body on DELETE', 400, 'unexpected_body', message('DELETE /mcp HTTP/1.1', [LENGTH], SMUGGLED)],
  [
    'a chunked body on DELETE',
    400,
    'unexpected_body',
    message('DELETE /mcp HTTP/1.1', [CHUNKED], chunk(SMUGGLED)),
  ],
  ['another method', 405, 'method_not_allowed', message('PUT /mcp HTTP/1.1', [LENGTH], SMUGGLED)],
  [
    'a body over the limit',
    413,
    'payload_too_large',
    message('POST /mcp HTTP/1.1', [LENGTH], SMUGGLED),
  ],
  [
    'a chunked body over the limit',
    413,
    'payload_too_large',
    message('POST /mcp HTTP/1.1', [CHUNKED], chunk(SMUGGLED)),
  ],
  [
    'an origin that is not allowed',
    403,
    'origin_not_allowed',
    message('POST /mcp HTTP/1.1', ['Origin: http://evil.example', LENGTH], SMUGGLED),
  ],
  [
    'a repeated header',
    400,
    'repeated_header',
    message('POST /mcp HTTP/1.1', ['Mcp-Name: a', 'Mcp-Name: b', LENGTH], SMUGGLED),
  ],
  [
    'too many headers',
    431,
    'head_too_large',
    message('POST /mcp HTTP/1.1', [...Array(998).fill('X: y'), LENGTH], SMUGGLED),
  ],
];

describe('the body of a refused request is never taken for a request', () => {
  test.each(REFUSED)('%s: %d %s', async (_, status, reason, request) => {
    const pair = await startPair({ bodyLimit: 20 });
    const client = await exchange(pair.port, request);
    expect(client.statuses).toEqual([status]);
    expect(reasonIn(client.text)).toBe(reason);
    await expectUnheard(pair);
  });

  test.each(REFUSED)(
    '%s, which comes after the answer: %d %s',
    async (_, status, reason, request) => {
      const pair = await startPair({ bodyLimit: 20 });
      const client = await rawClient(pair.port);
      // One of them is refused for its body, after some of it.
      const split = request.length - 10;
      client.send(request.slice(0, split));
      await client.has(/"reason"/);
      await client.send(request.slice(split)).closed();
      expect(client.statuses).toEqual([status]);
      expect(reasonIn(client.text)).toBe(reason);
      await expectUnheard(pair);
    },
  );

  test('an expectation that nobody can meet: 417', async () => {
    const pair = await startPair();
    const fields = ['Expect: 200-maybe', 'Connection: close', LENGTH];
    const client = await exchange(pair.port, message('POST /mcp HTTP/1.1', fields, SMUGGLED));
    expect(client.statuses).toEqual([417]);
    await expectUnheard(pair);
  });
});

describe('pipelined requests', () => {
  test('are sent on and answered one after the other', async () => {
    const upstream = await holdingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(call('a') + call('b') + call('c', ['Connection: close']));
    const names = ['a', 'b', 'c'];
    for (const [i, name] of names.entries()) {
      (await upstream.request(name)).end(`<${name}>`);
      expect(upstream.seen).toHaveLength(i + 1);
    }
    const text = await client.closed();
    expect(statusesIn(client.text)).toEqual([200, 200, 200]);
    expect(text.match(/<\w>/g)).toEqual(['<a>', '<b>', '<c>']);
  });

  test('of which one is refused without a body: the others are relayed', async () => {
    const { port, upstream } = await startPair();
    const refused = message('PUT /mcp HTTP/1.1');
    const client = await exchange(port, call('a') + refused + call('b', ['Connection: close']));
    expect(statusesIn(client.text)).toEqual([200, 405, 200]);
    expect(upstream.faults).toEqual([]);
    expect(upstream.seen).toHaveLength(2);
  });

  test.each<[string, string]>([
    [
      'a coding that is not chunked',
      message('POST /mcp HTTP/1.1', ['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'),
    ],
    ['a chunked body on DELETE', message('DELETE /mcp HTTP/1.1', [CHUNKED], chunk('x'))],
    ['a body on GET', message('GET /mcp HTTP/1.1', ['Content-Length: 2'], '{}')],
    [
      'a body over the limit',
      message('POST /mcp HTTP/1.1', ['Content-Length: 21'], ' '.repeat(21)),
    ],
  ])(
    'that follow one refused for %s are not sent: it closes the connection',
    async (_, refused) => {
      const upstream = await holdingUpstream();
      const gateway = await startGateway({ target: upstream.target, bodyLimit: 20 });
      const client = await rawClient(gateway.port);
      client.send(call('a') + refused + SMUGGLED);
      const first = await upstream.request('a');
      // Whatever the gateway sends for the same bytes is there before what it is asked for later.
      const other = (await rawClient(gateway.port)).send(call('b', ['Connection: close']));
      const second = await upstream.request('b');
      for (const answer of [first, second]) answer.end();
      await Promise.all([client.closed(), other.closed()]);
      expect(statusesIn(client.text)).toEqual([200, expect.any(Number)]);
      expect(upstream.seen.map(({ headers }) => headers['mcp-name'])).toEqual(['a', 'b']);
    },
  );

  test('that follow one with Connection: close are not sent', async () => {
    const { port, upstream } = await startPair();
    const client = await exchange(port, call('a', ['Connection: close']) + SMUGGLED);
    expect(statusesIn(client.text)).toHaveLength(1);
    const probe = await exchange(port, call('probe', ['Connection: close']));
    expect(probe.statuses).toEqual([200]);
    expect(upstream.heads.join()).not.toContain('smuggled');
  });

  test('the one that has begun ends upstream when the client goes, no other begins', async () => {
    const upstream = await rawUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(call('a') + call('b'));
    const connection = await upstream.connection(0);
    await connection.has(/{}$/);
    reset(client.socket);
    await connection.closed();
    await new Promise(setImmediate);
    expect(upstream.connections).toHaveLength(1);
    expect(gateway.errors).toEqual([]);
  });
});
