import { describe, expect, test } from '@jest/globals';
import { valuesOf } from '../support/client/answer.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { latin1, onHead } from '../support/on-head.ts';
import { reset } from '../support/servers.ts';
import { answering, rawUpstream } from '../support/upstream.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

/** The answer to these bytes is 502 `upstream_invalid`, and the connection they came on is closed. */
async function expectInvalid(bytes: string): Promise<void> {
  const upstream = await rawUpstream(answering(bytes));
  const gateway = await startGateway({ target: upstream.target });

  expectFailure(await send(gateway.port), 'upstream_invalid', gateway);
  await (await upstream.connection(0)).closed();
}

describe('the connection goes before an answer is there', () => {
  test.each(['POST', 'GET', 'DELETE'])('%s: a reset is 502', async (method) => {
    const upstream = await rawUpstream(onHead((socket) => reset(socket)));
    const gateway = await startGateway({ target: upstream.target });

    expectFailure(await send(gateway.port, { method }), 'upstream_unreachable', gateway);
  });

  test.each([
    ['nothing', '', 'upstream_unreachable'],
    ['half a status line', 'HTTP/1.1 20', 'upstream_unreachable'],
    ['half a head', `${OK}Content-Le`, 'upstream_unreachable'],
  ] as const)('an end after %s is 502', async (_name, bytes, reason) => {
    const upstream = await rawUpstream(onHead((socket) => socket.end(bytes)));
    const gateway = await startGateway({ target: upstream.target });

    expectFailure(await send(gateway.port), reason, gateway);
  });
});

describe('an upstream that speaks something else is 502', () => {
  test.each([
    ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['SMTP', '220 mail.example ESMTP\r\n'],
    ['TLS', '\x15\x03\x01\x00\x02\x02\x46'],
    ['HTTP/2', '\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64'],
    ['HTTP/0.9', '<html>hello</html>'],
    ['a version to come', 'HTTP/5.6 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['a request', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['NUL bytes', '\0'.repeat(100)],
    ['endless noise', 'x'.repeat(100_000)],
  ])('%s', async (_name, bytes) => {
    await expectInvalid(bytes);
  });
});

const CONTROLS = ['\0', '\x01', '\x07', '\x08', '\x0b', '\x0c', '\x1b', '\x7f'];

describe('a control byte in a head is 502', () => {
  test.each(CONTROLS)('%j in the reason phrase', async (byte) => {
    await expectInvalid(`HTTP/1.1 200 O${byte}K\r\nContent-Length: 2\r\n\r\n{}`);
  });

  test.each(CONTROLS)('%j in a header value', async (byte) => {
    await expectInvalid(`${OK}X-Note: a${byte}b\r\nContent-Length: 2\r\n\r\n{}`);
  });

  test.each([...CONTROLS, ' ', '(', '\xe9'])('%j in a header name', async (byte) => {
    await expectInvalid(`${OK}X-No${byte}te: a\r\nContent-Length: 2\r\n\r\n{}`);
  });

  test('a bare CR, which some readers take for a line end', async () => {
    await expectInvalid(`${OK}X-Note: a\rSet-Cookie: b\r\nContent-Length: 2\r\n\r\n{}`);
  });

  test.each(['a\tb', 'caf\xe9 \x80\xff', '', '"x"; y=\'z\' ; {}'])(
    'a value without any, %j, comes through byte for byte',
    async (value) => {
      const bytes = latin1(`${OK}X-Note: ${value}\r\nContent-Length: 2\r\n\r\n{}`);
      const upstream = await rawUpstream(answering(bytes));
      const gateway = await startGateway({ target: upstream.target });

      const answer = await send(gateway.port);

      expect(answer).toMatchObject({ status: 200, complete: true });
      expect(valuesOf(answer, 'x-note')).toEqual([value]);
    },
  );
});

const lines = (count: number) => Array.from({ length: count }, (_, i) => `h${i}: v\r\n`).join('');

describe('a head over the limits is 502', () => {
  test.each([
    ['17 KB in one line', `X-Long: ${'x'.repeat(17 * 1024)}\r\n`],
    ['17 KB in many lines', `X-Long: ${'x'.repeat(500)}\r\n`.repeat(34)],
    ['1001 lines', lines(1001)],
    // Node would forget these, but has framed the body by one of them.
    ['a coding behind 1001 lines', `${lines(1001)}Transfer-Encoding: chunked\r\n`],
  ])('%s', async (_name, fields) => {
    await expectInvalid(`${OK}${fields}Content-Length: 2\r\n\r\n{}`);
  });

  test('a head that never ends is cut at the limit', async () => {
    const upstream = await rawUpstream(
      onHead((socket) => {
        const more = () => {
          if (!socket.destroyed) socket.write('X-More: yes\r\n'.repeat(100), more);
        };
        socket.write(OK, more);
      }),
    );
    const gateway = await startGateway({ target: upstream.target });

    expectFailure(await send(gateway.port), 'upstream_invalid', gateway);
    await (await upstream.connection(0)).closed();
  });

  test.each([
    ['15 KB', `X-Long: ${'x'.repeat(15 * 1024)}\r\n`],
    ['900 lines', lines(900)],
  ])('%s come through', async (_name, fields) => {
    const upstream = await rawUpstream(answering(`${OK}${fields}Content-Length: 2\r\n\r\n{}`));
    const gateway = await startGateway({ target: upstream.target });

    const answer = await send(gateway.port);

    expect(answer).toMatchObject({ status: 200, complete: true });
    for (const line of fields.trimEnd().split('\r\n')) {
      const [name = '', value] = line.split(': ');
      expect(valuesOf(answer, name.toLowerCase())).toEqual([value]);
    }
  });
});

describe('an answer that can be framed in two ways is 502, and its socket is gone', () => {
  const BODY = '2\r\n{}\r\n0\r\n\r\n';
  test.each([
    ['CL and TE', 'Content-Length: 12\r\nTransfer-Encoding: chunked'],
    ['TE and CL', 'Transfer-Encoding: chunked\r\nContent-Length: 12'],
    ['two lengths', 'Content-Length: 12\r\nContent-Length: 2'],
    ['the same length twice', 'Content-Length: 12\r\nContent-Length: 12'],
    ['a list of lengths', 'Content-Length: 12, 12'],
    ['a signed length', 'Content-Length: +12'],
    ['a negative length', 'Content-Length: -12'],
    ['a hexadecimal length', 'Content-Length: 0xc'],
    ['a length beyond 64 bits', 'Content-Length: 18446744073709551628'],
    ['TE gzip', 'Transfer-Encoding: gzip'],
    ['TE gzip, chunked', 'Transfer-Encoding: gzip, chunked'],
    ['TE chunked, chunked', 'Transfer-Encoding: chunked, chunked'],
    ['TE chunked twice', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'],
    ['TE chunked, gzip', 'Transfer-Encoding: chunked, gzip'],
    ['TE xchunked', 'Transfer-Encoding: xchunked'],
    ['TE chunkedx', 'Transfer-Encoding: chunkedx'],
    ['TE "chunked"', 'Transfer-Encoding: "chunked"'],
    ['TE chunked;q=1', 'Transfer-Encoding: chunked;q=1'],
    ['TE identity', 'Transfer-Encoding: identity'],
    ['an empty TE', 'Transfer-Encoding:'],
    ['a blank before the colon', 'Transfer-Encoding : chunked'],
    ['a folded TE', 'Transfer-Encoding:\r\n chunked'],
  ])('%s', async (_name, fields) => {
    await expectInvalid(`${OK}${fields}\r\n\r\n${BODY}`);
  });

  test('TE in HTTP/1.0, which does not know it', async () => {
    const head = `${OK.replace('HTTP/1.1', 'HTTP/1.0')}Transfer-Encoding: chunked\r\n\r\n`;
    await expectInvalid(head + BODY);
  });
});

describe('trailers end here', () => {
  test('`Trailer` with a length is dropped, the answer comes through', async () => {
    const upstream = await rawUpstream(
      answering(`${OK}Trailer: X-Sum\r\nContent-Length: 2\r\n\r\n{}`),
    );
    const gateway = await startGateway({ target: upstream.target });

    const answer = await send(gateway.port);

    expect(answer).toMatchObject({ status: 200, complete: true });
    expect(answer.body).toBe('{}');
    expect(valuesOf(answer, 'trailer')).toEqual([]);
  });

  test('`Trailer` on a 204 is dropped', async () => {
    const upstream = await rawUpstream(
      answering('HTTP/1.1 204 No Content\r\nTrailer: X-Sum\r\n\r\n'),
    );
    const gateway = await startGateway({ target: upstream.target });

    const answer = await send(gateway.port);

    expect(answer).toMatchObject({ status: 204, complete: true });
    expect(valuesOf(answer, 'trailer')).toEqual([]);
  });

  test('the trailers of a chunked answer are dropped', async () => {
    const upstream = await rawUpstream(
      answering(
        `${OK}Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n` +
          '2\r\n{}\r\n0\r\nX-Sum: 1\r\nX-Other: 2\r\n\r\n',
      ),
    );
    const gateway = await startGateway({ target: upstream.target });

    const answer = await send(gateway.port);

    expect(answer).toMatchObject({ status: 200, complete: true, trailers: '' });
    expect(answer.body).toBe('{}');
    expect(valuesOf(answer, 'trailer')).toEqual([]);
    expect(valuesOf(answer, 'x-sum')).toEqual([]);
  });
});

describe('a body of any type is opaque', () => {
  test.each([
    ['text/html', '<h1>hi</h1>'],
    ['image/png', '\x89PNG\r\n\x1a\n\0\xff'],
    ['application/json; charset=utf-16', '{\0}\0'],
    ['application/json', 'not json'],
    ['not a media type', '{}'],
    ['', '{}'],
  ])('%j', async (type, body) => {
    const field = `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const upstream = await rawUpstream(answering(`HTTP/1.1 200 OK\r\n${field}${body}`));
    const gateway = await startGateway({ target: upstream.target });

    const answer = await send(gateway.port);

    expect(answer).toMatchObject({ status: 200, complete: true });
    expect(valuesOf(answer, 'content-type')).toEqual([type]);
    expect(answer.bytes.toString('latin1')).toBe(body);
  });
});

const TRAPS = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'prototype', 'then'];

test.each(TRAPS)('a header named %s is a header', async (name) => {
  const upstream = await rawUpstream(
    answering(`${OK}${name}: own\r\n${name}: more\r\nContent-Length: 2\r\n\r\n{}`),
  );
  const gateway = await startGateway({ target: upstream.target });

  const answer = await send(gateway.port);

  expect(answer).toMatchObject({ status: 200, complete: true });
  expect(valuesOf(answer, name.toLowerCase()).join(', ')).toBe('own, more');
});
