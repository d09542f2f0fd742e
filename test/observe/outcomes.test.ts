import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import compression from 'compression';
import type { GatewayConfig } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { rawRequest } from '../support/client/request.ts';
import { startGateway } from '../support/gateway.ts';
import { answering, rawUpstream, recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const request = (id: string, method = 'tools/call', params = '{"name":"add"}') =>
  `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}}`;

const CALL = request('1');
const RESULT = '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}';
const FAILED = '{"jsonrpc":"2.0","id":1,"result":{"content":[],"isError":true}}';
const ERROR = '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}';
const PROGRESS = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1}}';

type Write = (res: ServerResponse) => unknown;

const json =
  (text: string, status = 200): Write =>
  (res) =>
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(text);

const stream =
  (...events: readonly string[]): Write =>
  (res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.end(events.map((data) => `data: ${data}\n\n`).join(''));
  };

type Prepare = Parameters<typeof startGateway>[1];

/** What the record says of the messages in a body, and what the client got. */
async function observed(
  write: Write,
  body: string,
  config: Partial<GatewayConfig> = {},
  prepare?: Prepare,
) {
  const { target } = await recordingUpstream((_req, res) => void write(res));
  const observe = witness();
  const { url } = await startGateway({ target, observe, ...config }, prepare);
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  const record = await observe.record();
  const outcomes = record.messages.map(({ outcome, errorCode }) => [outcome, errorCode]);
  return { text, record, outcomes, response };
}

describe.each([
  ['where the body is not read', {}],
  ['where it is', { policies: () => true }],
] as const)('what came of a call, %s', (_where, config) => {
  test.each<[string, Write, unknown[]]>([
    ['a result', json(RESULT), ['result', undefined]],
    ['a tool that failed', json(FAILED), ['tool_error', undefined]],
    ['an error', json(ERROR), ['rpc_error', -32602]],
    ['an error with a status', json(ERROR, 400), ['rpc_error', -32602]],
    ['a result on a stream', stream(PROGRESS, RESULT), ['result', undefined]],
    ['a tool that failed, on a stream', stream(PROGRESS, FAILED), ['tool_error', undefined]],
    ['an error on a stream', stream(ERROR), ['rpc_error', -32602]],
    [
      'a request of the server with the same id',
      stream(request('1', 'ping'), FAILED),
      ['tool_error', undefined],
    ],
    ['an answer with another id', json(RESULT.replace('"id":1', '"id":2')), [undefined, undefined]],
    ['the same id as a text', json(RESULT.replace('"id":1', '"id":"1"')), [undefined, undefined]],
    ['what is no JSON', json('{'), [undefined, undefined]],
    ['nothing', (res) => res.writeHead(202).end(), [undefined, undefined]],
    [
      'a page',
      (res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end(RESULT),
      [undefined, undefined],
    ],
    ['the first of two answers', stream(FAILED, RESULT), ['tool_error', undefined]],
  ])('%s', async (_what, write, outcome) => {
    const { outcomes } = await observed(write, CALL, config);
    expect(outcomes).toEqual([outcome]);
  });

  test.each([
    ['a text', '"a"', '"\\u0061"'],
    ['a huge number', '123456789012345678901234567890', '123456789012345678901234567890'],
    ['a number one above those that are exact', '9007199254740993', '9007199254740993'],
    ['nothing', '""', '""'],
  ])('with an id that is %s', async (_what, asked, answered) => {
    const { outcomes } = await observed(
      json(FAILED.replace('"id":1', `"id":${answered}`)),
      request(asked),
      config,
    );
    expect(outcomes).toEqual([['tool_error', undefined]]);
  });

  test('but a number that was rounded is another', async () => {
    const write = json(FAILED.replace('"id":1', '"id":9007199254740992'));
    const { outcomes } = await observed(write, request('9007199254740993'), config);
    expect(outcomes).toEqual([[undefined, undefined]]);
  });

  test('each of a batch has its own, in any order', async () => {
    const batch = `[${request('1')},${request('2')},${PROGRESS},${request('3')}]`;
    const answers = `[${ERROR.replace('"id":1', '"id":3')},${FAILED},${RESULT.replace('"id":1', '"id":2')}]`;
    const { outcomes } = await observed(json(answers), batch, config);
    expect(outcomes).toEqual([
      ['tool_error', undefined],
      ['result', undefined],
      [undefined, undefined],
      ['rpc_error', -32602],
    ]);
  });

  test('of two with one id nobody can tell', async () => {
    const { outcomes } = await observed(stream(FAILED, RESULT), `[${CALL},${CALL}]`, config);
    expect(outcomes).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });
});

describe('an answer of the gateway', () => {
  test('is an error of the call that it answers', async () => {
    const { outcomes, record } = await observed(json(RESULT), CALL, { policies: () => false });
    expect(outcomes).toEqual([['rpc_error', 403]]);
    expect(record).toMatchObject({ origin: 'gateway', status: 200, reason: 'policy_denied' });
  });

  test('to what it cannot send is one as well', async () => {
    const { outcomes } = await observed(json(RESULT), CALL, { target: 'http://127.0.0.1:1/mcp' });
    expect(outcomes).toEqual([['rpc_error', 502]]);
  });
});

describe('whose failure it was', () => {
  test.each([
    ['a result: nobody’s', json(RESULT), undefined],
    ['a tool that failed: the upstream’s', json(FAILED), 'upstream'],
    ['an error: the upstream’s', stream(ERROR), 'upstream'],
  ] as const)('%s', async (_what, write, origin) => {
    expect((await observed(write, CALL)).record.origin).toBe(origin);
  });

  test('an error that a middleware of the app answers is the gateway’s', async () => {
    const { record } = await observed(json(RESULT), CALL, {
      policies: () => true,
      use: (_req, res) => void res.status(200).type('json').send(ERROR),
    });
    expect(record).toMatchObject({ reason: 'answered', origin: 'gateway' });
  });
});

describe('what is read changes nothing', () => {
  test.each([
    ['an answer', json(FAILED)],
    ['a stream', stream(PROGRESS, RESULT)],
    [
      'what is not UTF-8',
      (res: ServerResponse) =>
        res
          .writeHead(200, { 'Content-Type': 'text/event-stream' })
          .end(Buffer.from('data: \xff{\n\n', 'latin1')),
    ],
    ['what is large', json(RESULT.replace('[]', `["${'x'.repeat(200_000)}"]`))],
  ] as [string, Write][])('%s comes byte for byte, as without observers', async (_what, write) => {
    const { target } = await recordingUpstream((_req, res) => void write(res));
    const last = witness();
    const bodies: Buffer[] = [];
    for (const observe of [last, false] as const) {
      const { url } = await startGateway({ target, observe });
      const response = await fetch(url, { method: 'POST', body: CALL });
      bodies.push(Buffer.from(await response.arrayBuffer()));
    }
    expect(bodies[0]?.equals(bodies[1] as Buffer)).toBe(true);
    await last.record();
  });

  test('the client has the first event while the stream goes on', async () => {
    const upstream = await rawUpstream(
      answering(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: ${FAILED}\n\n`),
    );
    const observe = witness();
    const { port } = await startGateway({ target: upstream.target, observe });
    const client = (await rawClient(port)).send(rawRequest({ body: CALL }));
    await client.has(/isError/);
    expect(observe.records).toEqual([]);
    (await upstream.connection(0)).socket.end();
    expect((await observe.record()).messages[0]?.outcome).toBe('tool_error');
  });

  test('one byte at a time', async () => {
    const write: Write = async (res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      for (const byte of Buffer.from(`data: ${ERROR}\n\n`)) {
        res.write(Uint8Array.of(byte));
        await new Promise(setImmediate);
      }
      res.end();
    };
    const { outcomes, text } = await observed(write, CALL);
    expect(outcomes).toEqual([['rpc_error', -32602]]);
    expect(text).toBe(`data: ${ERROR}\n\n`);
  });
});

describe('what is not read', () => {
  test('an answer that the upstream has encoded', async () => {
    const write: Write = (res) =>
      res
        .writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
        .end(gzipSync(FAILED));
    const { outcomes, text } = await observed(write, CALL);
    expect([outcomes, text]).toEqual([[[undefined, undefined]], FAILED]);
  });

  test('but one that is encoded behind the gateway is', async () => {
    const { outcomes, text, response } = await observed(json(FAILED), CALL, {}, (app) =>
      app.use(compression({ threshold: 0 })),
    );
    expect(response.headers.get('content-encoding')).toMatch(/gzip|br|zstd/);
    expect([outcomes, text]).toEqual([[['tool_error', undefined]], FAILED]);
  });

  test('an answer that breaks off', async () => {
    const upstream = await rawUpstream(
      answering(
        `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n${RESULT}`,
      ),
    );
    const observe = witness();
    const { port } = await startGateway({ target: upstream.target, observe });
    const client = (await rawClient(port)).send(rawRequest({ body: CALL }));
    await client.has(/content/);
    (await upstream.connection(0)).socket.destroy();
    expect(await observe.record()).toMatchObject({ end: 'upstream_invalid', origin: 'upstream' });
  });

  test('answers on a stream that the client opens', async () => {
    const { target } = await recordingUpstream((_req, res) => void stream(ERROR)(res));
    const observe = witness();
    const { url } = await startGateway({ target, observe });
    await (await fetch(url, { headers: { 'Last-Event-ID': '4' } })).text();
    const { messages, origin } = await observe.record();
    expect([messages, origin]).toEqual([[], undefined]);
  });
});
