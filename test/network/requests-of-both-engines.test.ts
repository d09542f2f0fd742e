import { describe, expect, test } from '@jest/globals';
import type { EngineName } from '../../src/index.ts';
import { exchange } from '../support/client/raw.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream, type SeenRequest } from '../support/upstream.ts';

/** What an upstream got: names in lower case and sorted, without what each gateway has of its own. */
function asSent({ method, url, rawHeaders, body }: SeenRequest) {
  const fields: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    const value = `${rawHeaders[i + 1]}`.replace(/-\w{8}$/, '-ID');
    if (name !== 'host') fields.push(`${name}: ${value}`);
  }
  return {
    method,
    url,
    fields: fields.toSorted((a, b) => (a < b ? -1 : 1)),
    body: body.toString('latin1'),
  };
}

async function seenOver(engine: EngineName, bytes: string) {
  const upstream = await recordingUpstream();
  const gateway = await startGateway({ target: upstream.target, engine, headers: { set: SET } });
  const client = await exchange(gateway.port, bytes);
  return {
    statuses: client.statuses.filter((status) => status !== 100),
    seen: upstream.seen.map(asSent),
  };
}

const SET = { 'X-Own': 'ö', 'x-Case': ' a  b ', 'X-Empty': '' };

function request(method: string, fields: readonly string[], body = ''): string {
  return [
    `${method} /mcp?a=b HTTP/1.1`,
    'Host: gateway',
    'Connection: close',
    ...fields,
    '',
    body,
  ].join('\r\n');
}

const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const JSON_BODY = ['Content-Type: application/json', `Content-Length: ${PING.length}`];

describe('an upstream gets the same request over both engines', () => {
  test.each([
    ['a POST', request('POST', JSON_BODY, PING)],
    [
      'a POST in chunks',
      request(
        'POST',
        ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
        `${PING.length.toString(16)};a=b\r\n${PING}\r\n0\r\nX-Trailer: a\r\n\r\n`,
      ),
    ],
    ['a POST in no chunks', request('POST', ['Transfer-Encoding: chunked'], '0\r\n\r\n')],
    ['a POST without a body', request('POST', ['Content-Length: 0'])],
    ['a POST that says nothing of a body', request('POST', [])],
    ['a GET', request('GET', ['Accept: text/event-stream', 'Mcp-Session-Id: a'])],
    ['a GET with a body', request('GET', JSON_BODY, PING)],
    ['a DELETE', request('DELETE', ['Mcp-Session-Id: a'])],
    ['a DELETE with a body', request('DELETE', JSON_BODY, PING)],
    ['Expect', request('POST', ['Expect: 100-continue', ...JSON_BODY], PING)],
    ['Upgrade', request('POST', ['Upgrade: h2c', ...JSON_BODY], PING)],
    ['Keep-Alive', request('POST', ['Keep-Alive: timeout=5', ...JSON_BODY], PING)],
    ['TE', request('POST', ['TE: trailers', 'Trailer: X-A', ...JSON_BODY], PING)],
    ['Proxy-Connection', request('POST', ['Proxy-Connection: keep-alive', ...JSON_BODY], PING)],
    [
      'a field that Connection names',
      request('POST', ['Connection: x-a', 'X-A: b', ...JSON_BODY], PING),
    ],
    [
      'fields twice',
      request('POST', ['Accept: a/b', 'Accept: c/d', 'Cookie: a', 'Cookie: b', ...JSON_BODY], PING),
    ],
    ['bytes beyond ASCII', request('POST', ['Accept-Language: \xe4\xff', ...JSON_BODY], PING)],
    ['a value that is empty', request('POST', ['Accept:', ...JSON_BODY], PING)],
    ['names of objects', request('POST', ['__proto__: a', 'constructor: b', ...JSON_BODY], PING)],
  ])('%s', async (_name, bytes) => {
    const usual = await seenOver('http-proxy-middleware', bytes);
    expect(usual.statuses).toHaveLength(1);
    expect(await seenOver('undici', bytes)).toEqual(usual);
  });
});
