import { describe, expect, test } from '@jest/globals';
import { exchange, rawClient } from '../support/client/raw.ts';
import { startGateway } from '../support/gateway.ts';
import { reset } from '../support/servers.ts';
import { rawUpstream } from '../support/upstream.ts';
import { expectUnheard, message, reasonIn, startPair, startPatient } from './support/pair.ts';
import { valuesOf } from './support/strict-upstream.ts';

const CLOSE = 'Connection: close';
const CHUNKED = 'Transfer-Encoding: chunked';
/** Whole as a chunked body; as a body of any other kind it hides a request. */
const BODY = '0\r\n\r\nPOST /mcp HTTP/1.1\r\nHost: gw\r\nContent-Length: 0\r\n\r\n';

describe('a body framed in a way that another parser could read differently', () => {
  test.each<[string, string[]]>([
    ['a list', ['Transfer-Encoding: gzip, chunked']],
    ['a list with chunked first', ['Transfer-Encoding: chunked, gzip']],
    ['chunked twice in one line', ['Transfer-Encoding: chunked, chunked']],
    ['chunked in two lines', [CHUNKED, CHUNKED]],
    ['two lines that differ', [CHUNKED, 'Transfer-Encoding: identity']],
    ['two lines, chunked last', ['Transfer-Encoding: identity', CHUNKED]],
    ['two lines, spelled differently', [CHUNKED, 'transfer-encoding: gzip']],
    ['identity', ['Transfer-Encoding: identity']],
    ['gzip', ['Transfer-Encoding: gzip']],
    ['another word', ['Transfer-Encoding: xchunked']],
    ['a word that begins with chunked', ['Transfer-Encoding: chunkedx']],
    ['a parameter', ['Transfer-Encoding: chunked;q=1']],
    ['quotes', ['Transfer-Encoding: "chunked"']],
    ['an empty element before', ['Transfer-Encoding: , chunked']],
    ['an empty element after', ['Transfer-Encoding: chunked,']],
    ['nothing', ['Transfer-Encoding:']],
    ['a vertical tab before', ['Transfer-Encoding: \x0bchunked']],
    ['a vertical tab after', ['Transfer-Encoding: chunked\x0b']],
    ['a no-break space after', ['Transfer-Encoding: chunked\xa0']],
    ['a blank before the colon', ['Transfer-Encoding : chunked']],
    ['a tab before the colon', ['Transfer-Encoding\t: chunked']],
    ['a blank before the name', ['X-A: b', ' Transfer-Encoding: chunked']],
    ['a value on the next line', ['Transfer-Encoding:', ' chunked']],
    ['hidden behind a bare CR', ['X-A: b\rTransfer-Encoding: chunked']],
    ['hidden behind a bare LF', ['X-A: b\nTransfer-Encoding: chunked']],
    ['a length as well, after', [CHUNKED, 'Content-Length: 4']],
    ['a length as well, before', ['Content-Length: 4', CHUNKED]],
    ['a length of nothing as well', ['Content-Length: 0', CHUNKED]],
    ['two lengths', ['Content-Length: 5', 'Content-Length: 5']],
    ['two lengths that differ', ['Content-Length: 5', 'content-length: 0']],
    ['a list of lengths', ['Content-Length: 5, 5']],
    ['a signed length', ['Content-Length: +5']],
    ['a negative length', ['Content-Length: -1']],
    ['a hexadecimal length', ['Content-Length: 0x5']],
    ['a length with a fraction', ['Content-Length: 5.0']],
    ['a length with a blank in it', ['Content-Length: 1 0']],
    ['a length beyond 64 bits', ['Content-Length: 18446744073709551621']],
    ['an empty length', ['Content-Length:']],
    ['a length with a NUL', ['Content-Length: 5\0']],
  ])('%s is refused, upstream hears nothing', async (_, fields) => {
    const pair = await startPair({ headers: { forward: ['*'] } });
    const client = await exchange(pair.port, message('POST /mcp HTTP/1.1', fields, BODY));
    expect(client.statuses).toEqual([400]);
    await expectUnheard(pair);
  });

  test('chunked from an HTTP/1.0 client is refused, because 1.0 does not know it', async () => {
    const pair = await startPair();
    const client = await exchange(pair.port, message('POST /mcp HTTP/1.0', [CHUNKED], BODY));
    expect(client.statuses).toEqual([400]);
    expect(reasonIn(client.text)).toBe('invalid_request');
    await expectUnheard(pair);
  });
});

test.each([
  'Transfer-Encoding: chunked',
  'transfer-encoding:chunked',
  'TRANSFER-ENCODING: CHUNKED',
  'Transfer-Encoding: \t Chunked  ',
])('exactly chunked goes upstream chunked and with no length: %j', async (field) => {
  const { port, upstream } = await startPair();
  const body = '1;name=value\r\n{\r\n01\r\n}\r\n0\r\n\r\n';
  const client = await exchange(port, message('POST /mcp HTTP/1.1', [field, CLOSE], body));
  expect(client.statuses).toEqual([200]);
  expect(upstream.faults).toEqual([]);
  expect(upstream.seen.map((request) => request.body)).toEqual(['{}']);
  expect(valuesOf(upstream.seen[0], 'transfer-encoding')).toEqual(['chunked']);
});

describe('chunks that are none: upstream never sees the request whole', () => {
  test.each([
    ['a size with 0x', '0x2\r\n{}\r\n0\r\n\r\n'],
    ['a signed size', '+2\r\n{}\r\n0\r\n\r\n'],
    ['a negative size', '-2\r\n{}\r\n0\r\n\r\n'],
    ['a size beyond 64 bits', 'fffffffffffffffff\r\n{}\r\n0\r\n\r\n'],
    ['no size', '\r\n{}\r\n0\r\n\r\n'],
    ['more bytes than the size', '2\r\n{}XX\r\n0\r\n\r\n'],
    ['no line end after the bytes', '2\r\n{}0\r\n\r\n'],
    ['a bare LF after the size', '2\n{}\r\n0\r\n\r\n'],
    ['a bare LF after the bytes', '2\r\n{}\n0\r\n\r\n'],
    ['a bare CR after the size', '2\r{}\r\n0\r\n\r\n'],
    ['a NUL in an extension', '2;a=\0\r\n{}\r\n0\r\n\r\n'],
    ['a bare LF in an extension', '2;a\nb\r\n{}\r\n0\r\n\r\n'],
    ['an end that is not alone', '2\r\n{}\r\n0 \r\nX\r\n\r\n'],
    ['an extension of 64 KB', `2;a=${'a'.repeat(65_536)}\r\n{}\r\n0\r\n\r\n`],
  ])('%s', async (_, rest) => {
    const { port, upstream } = await startPair();
    const client = await rawClient(port);
    client.send(message('POST /mcp HTTP/1.1', [CHUNKED], '1\r\n{\r\n'));
    await upstream.until(() => upstream.heads.length === 1);
    await client.send(rest).closed();
    expect([[400], [413]]).toContainEqual(client.statuses);
    await upstream.until(() => upstream.open.size === 0);
    expect(upstream.seen).toEqual([]);
  });
});

describe('Content-Length: 0 is no body', () => {
  test.each(['POST', 'GET', 'DELETE'])('on %s', async (method) => {
    const { port, upstream } = await startPair();
    const client = await exchange(
      port,
      message(`${method} /mcp HTTP/1.1`, ['Content-Length: 0', CLOSE]),
    );
    expect(client.statuses).toEqual([200]);
    expect(upstream.faults).toEqual([]);
    expect(upstream.seen).toMatchObject([{ method, body: '' }]);
    expect(valuesOf(upstream.seen[0], 'transfer-encoding')).toEqual([]);
  });

  test('and a POST that says nothing of a body has none either', async () => {
    const { port, upstream } = await startPair();
    const client = await exchange(port, message('POST /mcp HTTP/1.1', [CLOSE]));
    expect(client.statuses).toEqual([200]);
    expect(valuesOf(upstream.seen[0], 'content-length')).toEqual(['0']);
  });
});

describe('a body cut short never ends upstream', () => {
  const framings = [
    ['with a length', 'Content-Length: 100', '0123456789'],
    ['chunked', CHUNKED, 'a\r\n0123456789\r\n'],
  ] as const;
  const endings = ['half-closes', 'resets', 'closes'] as const;

  test.each(
    framings.flatMap(([framing, field, body]) =>
      endings.map((ending) => [framing, ending, field, body] as const),
    ),
  )('%s, client %s mid upload', async (_, ending, field, body) => {
    const upstream = await rawUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const client = await rawClient(gateway.port);
    client.send(message('POST /mcp HTTP/1.1', [field], body));
    const connection = await upstream.connection(0);
    await connection.has(/0123456789/);
    if (ending === 'half-closes') client.socket.end();
    else if (ending === 'resets') reset(client.socket);
    else client.socket.destroy();
    await connection.closed();
    expect(connection.received.split('\r\n\r\n')[1]).toMatch(/^(a\r\n)?0123456789(\r\n)?$/);
    expect(upstream.connections).toHaveLength(1);
    expect(gateway.errors).toEqual([]);
  });

  test.each(framings)('%s, the client does not go on: 408', async (_, field, body) => {
    const upstream = await rawUpstream();
    const { port, hasPatience } = await startPatient({ target: upstream.target });
    const client = await rawClient(port);
    client.send(message('POST /mcp HTTP/1.1', [field], body));
    const connection = await upstream.connection(0);
    await connection.has(/0123456789/);
    hasPatience(1);
    await client.closed();
    expect(client.statuses).toEqual([408]);
    await connection.closed();
    expect(connection.received).not.toMatch(/\r\n0\r\n/);
  });
});
