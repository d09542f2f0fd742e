import { describe, expect, test } from '@jest/globals';
import type { GatewayConfig } from '../src/index.ts';
import { answerOf } from './support/client/answer.ts';
import { rawClient } from './support/client/raw.ts';
import { errorOf } from './support/client/refusal.ts';
import { FRAMINGS, headOf } from './support/client/request.ts';
import { post } from './support/client/send.ts';
import { startEndpoint } from './support/endpoint.ts';
import { startGateway } from './support/gateway.ts';
import { rawUpstream, recordingUpstream } from './support/upstream.ts';

const MB = 1024 * 1024;
const GONE = { target: 'http://127.0.0.1:1/mcp' };

/** An upstream that takes the whole body, and then closes without an answer. */
async function leaving(): Promise<Pick<GatewayConfig, 'target'>> {
  const { target } = await startEndpoint((req) => {
    req
      .resume()
      .on('end', () => req.socket.destroy())
      .on('error', () => {});
  });
  return { target };
}

/** The source text of the id in an answer; undefined where it has none. */
const idIn = ({ body }: { readonly body: string }): string | undefined =>
  /^\{"jsonrpc":"2\.0","id":(.*),"error":\{/.exec(body)?.[1];

const padding = (length: number) =>
  `{"name":"t","arguments":{"a":"${'\\"}x'.repeat(length / 4)}"}}`;
const idFirst = (id: string, params = '{"id":5}') =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}`;
/** As official TypeScript clients write it. */
const idLast = (id: string, params = '{"id":5}') =>
  `{"method":"tools/call","params":${params},"jsonrpc":"2.0","id":${id}}`;

describe('an error of a gateway that reads no message has the id of the request', () => {
  test.each<[string, string, string]>([
    ['first', idFirst('7'), '7'],
    ['last', idLast('7'), '7'],
    ['larger than any number', idFirst('12345678901234567890'), '12345678901234567890'],
    ['a text with escapes', idLast('"a\\u0041\\"\\\\"'), '"a\\u0041\\"\\\\"'],
    ['a text that is not ASCII', idFirst('"é中"'), '"é中"'],
    ['under an escaped name', '{"\\u0069d":3,"method":"ping"}', '3'],
    ['before a body of 5 MB', idFirst('7', padding(5 * MB)), '7'],
    ['behind a body of 5 MB', idLast('"x\\"y"', padding(5 * MB)), '"x\\"y"'],
    [
      'behind a body of 100 kB',
      idLast('12345678901234567890', padding(100_000)),
      '12345678901234567890',
    ],
  ])('%s', async (_what, body, id) => {
    const { port } = await startGateway({ ...(await leaving()), bodyLimit: false });
    const answer = await post(port, body);
    expect([answer.status, errorOf(answer).data.reason]).toEqual([502, 'upstream_unreachable']);
    expect(idIn(answer)).toBe(id);
  });

  test.each<[string, string]>([
    ['a batch', `[${idFirst('7')}]`],
    ['no JSON', '{"jsonrpc":"2.0","id":7,"method":"ping"'],
    ['something behind', `${idFirst('7')}x`],
    ['an id within params only, and no method', '{"x":{"id":7}}'],
    ['two ids', '{"id":7,"method":"ping","id":8}'],
    ['another spelling', '{"ID":8,"id":7,"method":"ping"}'],
    ['an id that is null', idFirst('null')],
    ['an id that is an object', idFirst('{"id":7}')],
    ["a response, whose id is the server's", '{"jsonrpc":"2.0","id":7,"result":{}}'],
    ["an error, whose id is the server's", '{"jsonrpc":"2.0","id":7,"error":{"code":1}}'],
    ['two ids, far apart', idLast('8', padding(MB)).replace('{', '{"id":7,')],
    ['a large response', `{"result":${padding(MB)},"jsonrpc":"2.0","id":7}`],
    [
      'an id in the middle of much',
      idLast('8', padding(MB)).replace(/\}$/, `,"x":${padding(MB)}}`),
    ],
    ['an empty text', ' '],
  ])('%s: null', async (_what, body) => {
    const { port } = await startGateway({ ...(await leaving()), bodyLimit: false });
    const answer = await post(port, body);
    expect(errorOf(answer).data.reason).toBe('upstream_unreachable');
    expect(idIn(answer)).toBe('null');
  });

  test('a notification gets none', async () => {
    const { port } = await startGateway(GONE);
    const answer = await post(
      port,
      '{"jsonrpc":"2.0","method":"notifications/x","params":{"id":7}}',
    );
    expect(Object.keys(JSON.parse(answer.body))).toEqual(['jsonrpc', 'error']);
  });

  test('what comes byte by byte', async () => {
    const { port } = await startGateway(await leaving());
    for (const body of [idFirst('7', padding(400)), idLast('7')]) {
      expect(idIn(await post(port, body, { framing: 'chunked, byte by byte' }))).toBe('7');
    }
  });

  test('upstream_timeout', async () => {
    const { target } = await rawUpstream();
    const { port } = await startGateway({ target, timeout: { response: 100 } });
    const answer = await post(port, idLast('"a"'));
    expect([answer.status, idIn(answer)]).toEqual([504, '"a"']);
  });

  test('the beginning of a body that does not end is enough, and its end is not waited for', async () => {
    const { port } = await startGateway(GONE);
    const client = await rawClient(port);
    client.send(`${headOf()}Content-Length: 1000\r\n\r\n${idFirst('7').slice(0, -1)}`);
    await client.has(/\}\}\}$/);
    const answer = answerOf(client);
    expect([answer.status, idIn(answer)]).toEqual([502, '7']);
  });

  test('a number that was cut is none', async () => {
    const { port } = await startGateway(GONE);
    const client = await rawClient(port);
    client.send(`${headOf()}Content-Length: 1000\r\n\r\n{"method":"ping","id":12`);
    await client.has(/\}\}\}$/);
    expect(idIn(answerOf(client))).toBe('null');
  });
});

describe('where it was refused before the message is read, and its beginning has come', () => {
  test.each(['Content-Length', 'chunked'] as const)('payload_too_large, %s', async (framing) => {
    const upstream = await recordingUpstream();
    const { port } = await startGateway({ target: upstream.target, bodyLimit: 100 });
    const answer = await post(port, idFirst('7', padding(1000)), { framing });
    expect([answer.status, errorOf(answer).data.reason]).toEqual([413, 'payload_too_large']);
    expect(idIn(answer)).toBe('7');
    expect(upstream.seen).toEqual([]);
  });

  test('payload_too_large of a body that goes upstream already', async () => {
    const upstream = await rawUpstream();
    const { port } = await startGateway({ target: upstream.target, bodyLimit: 1000 });
    const client = await rawClient(port);
    const whole = FRAMINGS.chunked(Buffer.from(idFirst('7', padding(500)))).toString();
    client.send(headOf() + whole.slice(0, -'0\r\n\r\n'.length));
    await (await upstream.connection(0)).has(/tools/);
    client.send(`3e8\r\n${'x'.repeat(1000)}\r\n`);
    await client.has(/\}\}\}$/);
    expect([answerOf(client).status, idIn(answerOf(client))]).toEqual([413, '7']);
  });

  test('unauthorized, rate_limited by address: a status, with the id', async () => {
    const { target, seen } = await recordingUpstream();
    const closed = await startGateway({ target, auth: () => null });
    const stranger = await post(closed.port, idLast('"a"'));
    expect([stranger.status, idIn(stranger)]).toEqual([401, '"a"']);

    const limited = await startGateway({ target, rateLimit: { limit: 1, window: '1h' } });
    await post(limited.port, idLast('1'));
    const over = await post(limited.port, idLast('2'));
    expect([over.status, errorOf(over).data.reason, idIn(over)]).toEqual([
      429,
      'rate_limited',
      '2',
    ]);
    expect(seen).toHaveLength(1);
  });

  test('a body that has not come is not waited for', async () => {
    const { target } = await recordingUpstream();
    const { port } = await startGateway({ target, auth: () => null });
    const client = await rawClient(port);
    client.send(`${headOf()}Content-Length: 1000\r\n\r\n`);
    await client.has(/\}\}\}$/);
    expect(idIn(answerOf(client))).toBe('null');
  });
});
