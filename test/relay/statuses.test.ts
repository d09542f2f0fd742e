import { describe, expect, test } from '@jest/globals';
import { readAnswer, valuesOf } from '../support/client/answer.ts';
import { exchange } from '../support/client/raw.ts';
import { expectFailure } from '../support/client/refusal.ts';
import { rawRequest } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { startGateway } from '../support/gateway.ts';
import { onHead } from '../support/on-head.ts';
import { answering, rawUpstream, recordingUpstream } from '../support/upstream.ts';

describe('the method is the client’s, path and query are the target’s', () => {
  test.each(['POST', 'GET', 'DELETE'])('%s', async (method) => {
    const upstream = await recordingUpstream();
    const gateway = await startGateway({ target: upstream.target });
    const request = rawRequest({ method });

    for (const path of ['/mcp', '/mcp/', '/mcp?key=2&a=b', 'http://elsewhere.example/mcp?x']) {
      await exchange(gateway.port, request.replace(' /mcp ', ` ${path} `));
    }

    const seen = upstream.seen.map(({ method, url, headers }) => [method, url, headers.host]);
    expect(seen).toEqual(Array(4).fill([method, upstream.path, upstream.host]));
  });
});

const ERROR = '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"no"}}';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('a final status comes through with its headers and body', () => {
  test.each<[status: number, headers: Record<string, string>, body: string]>([
    [200, JSON_TYPE, '{"jsonrpc":"2.0","id":1,"result":{}}'],
    [201, JSON_TYPE, '{}'],
    [202, {}, ''],
    [204, {}, ''],
    [299, JSON_TYPE, '{}'],
    [400, JSON_TYPE, ERROR],
    [401, { ...JSON_TYPE, 'www-authenticate': 'Bearer realm="x", scope="y"' }, ERROR],
    [403, JSON_TYPE, ERROR],
    [404, JSON_TYPE, ERROR],
    [405, { ...JSON_TYPE, allow: 'POST' }, ERROR],
    [406, JSON_TYPE, ERROR],
    [409, JSON_TYPE, ERROR],
    [413, JSON_TYPE, ERROR],
    [415, { ...JSON_TYPE, 'accept-post': 'application/json' }, ERROR],
    [418, { 'content-type': 'text/plain' }, 'teapot'],
    [429, { ...JSON_TYPE, 'retry-after': '7' }, ERROR],
    [431, JSON_TYPE, ERROR],
    [500, JSON_TYPE, ERROR],
    [502, { 'content-type': 'text/html' }, '<h1>Bad</h1>'],
    [503, { ...JSON_TYPE, 'retry-after': '1' }, ERROR],
    [599, {}, ''],
  ])('%i', async (status, headers, body) => {
    const upstream = await recordingUpstream((_req, res) => {
      res.writeHead(status, headers).end(body);
    });
    const gateway = await startGateway({ target: upstream.target });

    for (const method of ['POST', 'GET', 'DELETE']) {
      const answer = await send(gateway.port, { method });

      expect(answer).toMatchObject({ status, complete: true });
      expect(answer.body).toBe(body);
      expect(answer.headers).toEqual(expect.arrayContaining(Object.entries(headers)));
    }
    expect(gateway.errors).toEqual([]);
  });

  test('a 204 has neither a length nor a body, whatever the upstream announced', async () => {
    const upstream = await rawUpstream(
      answering('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nX-Mark: 1\r\n\r\n'),
    );
    const gateway = await startGateway({ target: upstream.target });

    const answer = await send(gateway.port);

    expect(answer.status).toBe(204);
    expect(valuesOf(answer, 'x-mark')).toEqual(['1']);
    expect(valuesOf(answer, 'content-length')).toEqual([]);
    expect(valuesOf(answer, 'transfer-encoding')).toEqual([]);
    expect(answer.rest).toHaveLength(0);
  });
});

describe('a redirect is a 502, and where it points stays here', () => {
  test.each([300, 301, 302, 303, 304, 305, 307, 308, 399])('%i', async (status) => {
    const upstream = await recordingUpstream((_req, res) => {
      res.writeHead(status, { Location: 'http://internal.example:8080/private' });
      res.end(status === 304 ? undefined : 'see http://internal.example:8080/private');
    });
    const gateway = await startGateway({ target: upstream.target });

    const client = await exchange(gateway.port, rawRequest());

    const answer = readAnswer(client);
    expect(client.text).not.toMatch(/internal\.example|private/);
    expect(upstream.seen).toHaveLength(1);
    if (answer === undefined) throw new Error('no answer');
    expectFailure(answer, 'upstream_invalid', gateway);
  });
});

describe('a status that is none is a 502', () => {
  const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
  test.each([
    ['600', 'HTTP/1.1 600 Six\r\nContent-Length: 2\r\n\r\nhi'],
    ['999', 'HTTP/1.1 999 Nine\r\nContent-Length: 2\r\n\r\nhi'],
    ['000', 'HTTP/1.1 000 Zero\r\nContent-Length: 2\r\n\r\nhi'],
    ['101', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['101 with Upgrade', `HTTP/1.1 101 Switching Protocols\r\n${UPGRADE}\r\n`],
    ['101 with bytes behind it', `HTTP/1.1 101 Switching\r\n${UPGRADE}\r\nHTTP/1.1 200 OK\r\n\r\n`],
    ['101 with a length', `HTTP/1.1 101 Switching\r\n${UPGRADE}Content-Length: 2\r\n\r\nhi`],
    ['101 behind a 100', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 Switching\r\n${UPGRADE}\r\n`],
  ])('%s', async (_name, bytes) => {
    const upstream = await rawUpstream(answering(bytes));
    const gateway = await startGateway({ target: upstream.target });

    const answer = await send(gateway.port);

    expectFailure(answer, 'upstream_invalid', gateway);
    await (await upstream.connection(0)).closed();
  });
});

describe('informational answers are swallowed', () => {
  const informational = (status: number) => `HTTP/1.1 ${status} Wait\r\nLink: </hint>\r\n\r\n`;
  test.each([
    ['100', informational(100)],
    ['102', informational(102)],
    ['103', informational(103)],
    ['199', informational(199)],
    ['two hundred of them', informational(103).repeat(200)],
  ])('%s', async (_name, bytes) => {
    const final =
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';
    const upstream = await rawUpstream(answering(bytes + final));
    const gateway = await startGateway({ target: upstream.target });

    const client = await exchange(gateway.port, rawRequest());

    expect(client.statuses).toEqual([200]);
    expect(client.text).not.toContain('hint');
    expect(readAnswer(client)?.body).toBe('{}');
    expect(gateway.errors).toEqual([]);
  });

  test('one that nothing follows is no answer', async () => {
    const upstream = await rawUpstream(onHead((socket) => socket.end(informational(103))));
    const gateway = await startGateway({ target: upstream.target });

    expectFailure(await send(gateway.port), 'upstream_unreachable', gateway);
  });
});

describe('the reason phrase is the gateway’s own', () => {
  test.each([
    ['HTTP/1.1 200 Fine by me', 200, 'OK'],
    ['HTTP/1.1 404 <script>', 404, 'Not Found'],
    ['HTTP/1.1 200', 200, 'OK'],
    ['HTTP/1.1 500 Ori\xc3\xabntatieprobleem', 500, 'Internal Server Error'],
  ])('%j', async (line, status, reason) => {
    const upstream = await rawUpstream(answering(`${line}\r\nContent-Length: 0\r\n\r\n`));
    const gateway = await startGateway({ target: upstream.target });

    expect(await send(gateway.port)).toMatchObject({ status, reason, complete: true });
  });
});
