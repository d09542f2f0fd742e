import { describe, expect, test } from '@jest/globals';
import { exchange } from '../support/client/raw.ts';
import { expectUnheard, message, startPair } from './support/pair.ts';
import { valuesOf, type WireRequest } from './support/strict-upstream.ts';

const CLOSE = 'Connection: close';
const LENGTH = 'Content-Length: 2';

/** Sends one request and gives what the upstream got; all it got has to be allowed by `allowed`. */
async function relayed(
  fields: string[],
  { allowed = [] as string[], headers = {}, body = '{}' } = {},
): Promise<WireRequest> {
  const { port, upstream } = await startPair({ headers }, allowed);
  const client = await exchange(port, message('POST /mcp HTTP/1.1', fields, body));
  expect(client.statuses.filter((status) => status !== 100)).toEqual([200]);
  expect(upstream.faults).toEqual([]);
  expect(upstream.seen).toHaveLength(1);
  return upstream.seen[0] as WireRequest;
}

describe('Connection cannot nominate away', () => {
  test.each([
    ['mcp-session-id', 'Mcp-Session-Id: s1'],
    ['mcp-name', 'Mcp-Name: tool'],
    ['mcp-param-x', 'Mcp-Param-X: v'],
    ['content-type', 'Content-Type: application/json'],
    ['content-encoding', 'Content-Encoding: identity'],
    ['accept', 'Accept: text/event-stream'],
    ['last-event-id', 'Last-Event-ID: 7'],
    ['authorization', 'Authorization: Bearer client'],
  ])('%s', async (name, field) => {
    const headers = { forward: ['Authorization'] };
    const connection = `Connection: close, ${name}`;
    const request = await relayed([connection, field, LENGTH], {
      headers,
      allowed: ['authorization'],
    });
    expect(valuesOf(request, name)).toEqual([field.split(': ')[1]]);
  });

  test.each(['host', 'content-length', 'via', 'connection'])('%s', async (name) => {
    const request = await relayed([`Connection: close, ${name}`, LENGTH]);
    expect(request.body).toBe('{}');
    expect(valuesOf(request, 'via')).toEqual([expect.stringMatching(/^1\.1 express-mcp-gateway-/)]);
    expect(valuesOf(request, 'content-length')).toEqual(['2']);
  });

  test.each([
    ['in its own spelling', 'X-Api-Key'],
    ['in another case', 'x-API-key'],
    ['with an underscore', 'x_api_key'],
  ])('CVE-2025-48865: a header of `set`, %s', async (_, spelling) => {
    const headers = { forward: ['*'], set: { 'X-Api-Key': 'upstream-secret', Via: 'mine' } };
    const connection = `Connection: close, upgrade, ${spelling}, via`;
    const request = await relayed([connection, `${spelling}: spoofed`, LENGTH], {
      headers,
      allowed: ['x-api-key'],
    });
    expect(valuesOf(request, 'x-api-key')).toEqual(['upstream-secret']);
    expect(valuesOf(request, 'via')).toEqual(['mine']);
    expect(valuesOf(request, 'connection').join()).not.toMatch(/x|via|upgrade/i);
  });
});

describe('Connection nominates away', () => {
  test.each([
    ['a standard header', ['Connection: close, user-agent'], 'User-Agent: curl'],
    ['in any case', ['connection: CLOSE, USER-AGENT'], 'User-Agent: curl'],
    ['among empty elements', ['Connection: ,, close ,\tuser-agent ,'], 'User-Agent: curl'],
    ['in a line of its own', [CLOSE, 'Connection: user-agent'], 'User-Agent: curl'],
    ['a forwarded header', ['Connection: close, x-tenant'], 'X-Tenant: a'],
    ['trace context', ['Connection: close, traceparent'], 'Traceparent: 00-1-2-3'],
  ])('%s', async (_, connection, field) => {
    const name = (field.split(':')[0] as string).toLowerCase();
    const headers = { forward: ['X-Tenant'] };
    const allowed = ['x-tenant'];
    const kept = await relayed([CLOSE, field, LENGTH], { headers, allowed });
    expect(valuesOf(kept, name)).toHaveLength(1);
    const request = await relayed([...connection, field, LENGTH], { headers, allowed });
    expect(valuesOf(request, name)).toEqual([]);
    expect(valuesOf(request, 'connection').join()).not.toContain(name);
  });
});

describe('what belongs to one connection stays there, with forward: * as well', () => {
  test.each([
    'Keep-Alive: timeout=5',
    'TE: trailers, deflate',
    'Trailer: X-Sum',
    'Upgrade: websocket',
    'HTTP2-Settings: AAMAAABkAAQAAP__',
    'Proxy-Connection: keep-alive',
    'Proxy-Authorization: Basic Zm9vOmJhcg==',
    'Proxy-Anything: x',
    'Expect: 100-continue',
  ])('%s', async (field) => {
    // The strict upstream takes none of them.
    for (const headers of [{}, { forward: ['*'] }])
      await relayed([CLOSE, field, LENGTH], { headers });
  });

  test.each([
    'Authorization: Bearer client',
    'Cookie: session=1',
    'Forwarded: for=10.0.0.1',
    'X-Forwarded-For: 10.0.0.1',
    'X-Forwarded-Host: evil.example',
    'X_Forwarded_Host: evil.example',
  ])('nor does a wildcard cover %s', async (field) => {
    await relayed([CLOSE, field, LENGTH], { headers: { forward: ['*'] } });
  });
});

describe('Expect', () => {
  test('100-continue is met, and leaks no credentials of the client', async () => {
    const request = await relayed(
      ['Expect: 100-continue', 'Authorization: Bearer client', 'Cookie: a=b', CLOSE, LENGTH],
      { headers: { set: { 'X-Api-Key': 'upstream-secret' } }, allowed: ['x-api-key'] },
    );
    expect(request.body).toBe('{}');
    expect(valuesOf(request, 'x-api-key')).toEqual(['upstream-secret']);
  });

  test.each(['200-ok', '100-continues', 'x'])('anything else is refused: %s', async (value) => {
    const pair = await startPair();
    const fields = [`Expect: ${value}`, CLOSE, LENGTH];
    const client = await exchange(pair.port, message('POST /mcp HTTP/1.1', fields, '{}'));
    expect(client.statuses).toEqual([417]);
    await expectUnheard(pair);
  });

  test('an HTTP/1.0 client is not told to continue', async () => {
    const { port, upstream } = await startPair();
    const fields = ['Expect: 100-continue', LENGTH];
    const client = await exchange(port, message('POST /mcp HTTP/1.0', fields, '{}'));
    expect(client.statuses).toEqual([200]);
    expect(upstream.faults).toEqual([]);
  });
});

describe('Trailer', () => {
  test.each(['GET', 'DELETE', 'POST'])(
    'on %s without a chunked body: relayed without it',
    async (method) => {
      const { port, upstream } = await startPair({ headers: { forward: ['*'] } });
      const client = await exchange(
        port,
        message(`${method} /mcp HTTP/1.1`, ['Trailer: X', CLOSE]),
      );
      expect(client.statuses).toEqual([200]);
      expect(upstream.faults).toEqual([]);
      expect(upstream.seen).toMatchObject([{ method }]);
    },
  );

  test('of a chunked body: neither announced nor sent nor taken for headers', async () => {
    const request = await relayed(
      ['Transfer-Encoding: chunked', 'Trailer: Mcp-Session-Id', 'Mcp-Name: tool', CLOSE],
      {
        headers: { forward: ['*'] },
        body: '2\r\n{}\r\n0\r\nMcp-Session-Id: s\r\nMcp-Name: t\r\n\r\n',
      },
    );
    expect(request.body).toBe('{}');
    expect(valuesOf(request, 'mcp-session-id')).toEqual([]);
    expect(valuesOf(request, 'mcp-name')).toEqual(['tool']);
  });
});

describe('Upgrade is not offered: the request is an ordinary one', () => {
  test.each([
    ['GET', ['Connection: Upgrade, close', 'Upgrade: websocket', 'Sec-WebSocket-Key: a']],
    [
      'POST',
      ['Connection: Upgrade, HTTP2-Settings, close', 'Upgrade: h2c', 'HTTP2-Settings: AAMA'],
    ],
    ['POST', ['Connection: Upgrade, close', 'Upgrade: TLS/1.0']],
    ['DELETE', ['Connection: Upgrade, close', 'Upgrade: HTTP/2.0, h2c']],
  ])('%s with %j', async (method, fields) => {
    const { port, upstream } = await startPair();
    const client = await exchange(port, message(`${method} /mcp HTTP/1.1`, fields));
    expect(client.statuses).toEqual([200]);
    expect(upstream.faults).toEqual([]);
    expect(upstream.seen).toMatchObject([{ method }]);
  });
});
