import { describe, expect, test } from '@jest/globals';
import { exchange } from '../support/client/raw.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { expectUnheard, message, reasonIn, startPair } from './support/pair.ts';
import { valuesOf } from './support/strict-upstream.ts';

const CLOSE = 'Connection: close';
const post = (fields: readonly string[], line = 'POST /mcp HTTP/1.1') =>
  message(line, [CLOSE, ...fields, 'Content-Length: 2'], '{}');

describe('nothing in the request target moves the request', () => {
  test.each([
    '/mcp?key=evil',
    '/mcp/',
    '/mcp?url=http://evil.example/',
    '/mcp/?@evil.example',
    '/mcp#fragment',
    'http://evil.example/mcp',
    'https://evil.example:8443/mcp?a=b',
    'http://user:pass@evil.example/mcp',
    'ftp://evil.example/mcp',
  ])('%s reaches the target and nothing else', async (target) => {
    const { port, upstream } = await startPair();
    const client = await exchange(port, post([], `POST ${target} HTTP/1.1`));
    expect(client.statuses).toEqual([200]);
    // The strict upstream takes its own path and host only.
    expect(upstream.faults).toEqual([]);
    expect(upstream.seen).toHaveLength(1);
  });

  test.each([
    '/',
    '/mcp/below',
    '/MCP',
    '//mcp',
    '/mcp//',
    '//evil.example/mcp',
    '/./mcp',
    '/x/../mcp',
    '/%6dcp',
    '/mcp%2f',
    '/mcp%3fa',
    '/mcp;a=b',
    '/mcp%00',
    '/\\mcp',
    '\\mcp',
    'mcp',
    '*',
    'http://evil.example/',
    'http://evil.example/mcp/below',
    'http://evil.example',
    'evil.example:443',
    '/mcp\0',
    '/mcp\t',
    '/m cp',
  ])('%j is another place', async (target) => {
    const pair = await startPair();
    const client = await exchange(pair.port, post([], `POST ${target} HTTP/1.1`));
    expect([[400], [404]]).toContainEqual(client.statuses);
    await expectUnheard(pair);
  });
});

describe('methods', () => {
  test.each(['PUT', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH', 'QUERY', 'LINK', 'PURGE'])(
    '%s: 405 with Allow',
    async (method) => {
      const pair = await startPair();
      const client = await exchange(pair.port, message(`${method} /mcp HTTP/1.1`, [CLOSE]));
      expect(client.statuses).toEqual([405]);
      expect(reasonIn(client.text)).toBe('method_not_allowed');
      expect(client.text).toMatch(/^Allow: POST, GET, DELETE\r$/m);
      await expectUnheard(pair);
    },
  );

  test('HEAD: 405 with Allow and no body', async () => {
    const pair = await startPair();
    const client = await exchange(pair.port, message('HEAD /mcp HTTP/1.1', [CLOSE]));
    expect(client.statuses).toEqual([405]);
    expect(client.text).toMatch(/^Allow: POST, GET, DELETE\r$/m);
    expect(client.text).toMatch(/\r\n\r\n$/);
    await expectUnheard(pair);
  });

  test.each(['BREW', 'post', 'Post', 'POSTX', 'PO ST', '', 'P\0ST', 'GET\t', '\x16\x03\x01'])(
    '%j is none: refused by the parser',
    async (method) => {
      const pair = await startPair();
      const client = await exchange(pair.port, post([], `${method} /mcp HTTP/1.1`));
      expect(client.statuses).toEqual([400]);
      await expectUnheard(pair);
    },
  );

  test.each(['/mcp', 'evil.example:443', `127.0.0.1:80`])(
    'CONNECT %s opens nothing',
    async (to) => {
      const pair = await startPair();
      const smuggled = 'GET /mcp HTTP/1.1\r\nHost: gw\r\n\r\n';
      const client = await exchange(pair.port, message(`CONNECT ${to} HTTP/1.1`, [], smuggled));
      expect(client.text).not.toMatch(/^HTTP\/1.1 2/m);
      await expectUnheard(pair);
    },
  );
});

describe('versions', () => {
  test.each([
    'HTTP/0.9',
    'HTTP/2.0',
    'HTTP/3.0',
    'HTTP/1.2',
    'HTTP/1',
    'HTTP/1.10',
    'HTTP/01.1',
    'http/1.1',
    'HTP/1.1',
    'ICE/1.0',
  ])('%s is refused', async (version) => {
    const pair = await startPair();
    const client = await exchange(pair.port, post([], `POST /mcp ${version}`));
    expect([[400], [405], [426], [505]]).toContainEqual(client.statuses);
    await expectUnheard(pair);
  });

  test.each([
    ['no version', 'GET /mcp\r\n\r\n'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'],
  ])('%s is refused', async (_, request) => {
    const pair = await startPair();
    const client = await exchange(pair.port, request);
    expect([[400], [505]]).toContainEqual(client.statuses);
    await expectUnheard(pair);
  });
});

describe('heads that are none', () => {
  test.each([
    ['garbage', '\x00\x01\x02\xff\xfe garbage\r\n\r\n'],
    ['a TLS hello', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03'.padEnd(170, '\x5a')],
    ['JSON', '{"jsonrpc":"2.0","id":1,"method":"ping"}\r\n\r\n'],
    ['an answer', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['no Host', 'POST /mcp HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}'],
    ['bare LFs', 'POST /mcp HTTP/1.1\nHost: gw\nContent-Length: 2\n\n{}'],
    ['a bare LF after a field', post([]).replace('Host: gw\r\n', 'Host: gw\n')],
    ['a bare CR after a field', post([]).replace('Host: gw\r\n', 'Host: gw\r')],
    ['a bare LF at the end', 'POST /mcp HTTP/1.1\r\nHost: gw\r\nContent-Length: 0\r\n\n'],
    ['a line without a colon', post(['Mcp-Name'])],
    ['an empty name', post([': value'])],
    ['a folded field', post(['Mcp-Name: a', ' b'])],
    ['a field folded with a tab', post(['Mcp-Name: a', '\tb'])],
    ['a fold before all fields', 'POST /mcp HTTP/1.1\r\n Host: gw\r\nContent-Length: 0\r\n\r\n'],
    ['a blank before the colon', post(['Mcp-Name : a'])],
    ['a NUL in a value', post(['Mcp-Name: a\0b'])],
    ['a NUL in a name', post(['Mcp-Na\0me: a'])],
    ['a bare CR in a value', post(['Mcp-Name: a\rMcp-Session-Id: b'])],
    ['a bare LF in a value', post(['Mcp-Name: a\nMcp-Session-Id: b'])],
    ['a control byte in a value', post(['Mcp-Name: a\x01b'])],
    ['a DEL in a value', post(['Mcp-Name: a\x7fb'])],
    ['a byte over 0x7f in a name', post(['Mcp-N\xe4me: a'])],
    ['a parenthesis in a name', post(['Mcp(Name): a'])],
  ])('%s: refused, upstream hears nothing', async (_, request) => {
    const pair = await startPair();
    const client = await exchange(pair.port, request);
    expect(client.statuses).toEqual([400]);
    await expectUnheard(pair);
  });

  test('bytes over 0x7f in a value are none of our business', async () => {
    const { port, upstream } = await startPair();
    const client = await exchange(port, post(['Mcp-Name: \t caf\xc3\xa9 \x80\xff \t ']));
    expect(client.statuses).toEqual([200]);
    expect(upstream.faults).toEqual([]);
    expect(valuesOf(upstream.seen[0], 'mcp-name')).toEqual(['caf\xc3\xa9 \x80\xff']);
  });
});

describe('an HTTP/1.0 client', () => {
  test.each([
    ['no Connection', []],
    ['keep-alive', ['Connection: keep-alive']],
  ])('with %s gets a body that ends with the connection, never chunks', async (_, fields) => {
    const upstream = await recordingUpstream((_req, res) => {
      res.setHeader('Content-Type', 'text/event-stream');
      res.write('data: 1\n\n');
      res.end('data: 2\n\n');
    });
    const gateway = await startGateway({ target: upstream.target });
    const all = [...fields, 'Content-Length: 2'];
    const client = await exchange(gateway.port, message('POST /mcp HTTP/1.0', all, '{}'));
    expect(client.ending).toBe('end');
    expect(client.statuses).toEqual([200]);
    expect(client.text).not.toMatch(/^transfer-encoding/im);
    expect(client.text).toMatch(/\r\n\r\ndata: 1\n\ndata: 2\n\n$/);
  });

  test('is served without a Host, and the upstream hears HTTP/1.1', async () => {
    const { port, upstream } = await startPair();
    const client = await exchange(port, 'POST /mcp HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}');
    expect(client.statuses).toEqual([200]);
    expect(upstream.faults).toEqual([]);
    expect(valuesOf(upstream.seen[0], 'via')).toEqual([
      expect.stringMatching(/^1\.0 express-mcp-gateway-/),
    ]);
  });

  test('sees a reset where the answer breaks off, because nothing else would tell it', async () => {
    const upstream = await recordingUpstream((_req, res) => {
      res.write('{"jsonrpc"', () => res.destroy());
    });
    const gateway = await startGateway({ target: upstream.target });
    const request = message('POST /mcp HTTP/1.0', ['Content-Length: 2'], '{}');
    const client = await exchange(gateway.port, request);
    expect(client.ending).toBe('reset');
  });
});
