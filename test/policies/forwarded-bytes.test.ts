import { describe, expect, test } from '@jest/globals';
import express, { type Express, type Request } from 'express';
import { denyTools } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { errorOf } from '../support/client/refusal.ts';
import { FRAMINGS, type Framing, headOf } from '../support/client/request.ts';
import { post } from '../support/client/send.ts';
import { call, message, modern, modernHeaders } from '../support/messages.ts';
import { guarded } from './support/guarded.ts';

const allow = () => true;

/** What is lost or changed when a document is parsed and written again. */
const DOCUMENTS: readonly (readonly [what: string, body: string])[] = [
  ['spacing', ' {\n\t"jsonrpc" :"2.0" ,\r\n "id": 1,"method"  :"ping"}  \n'],
  ['an id above 2^53', message('ping', undefined, '12345678901234567890')],
  ['an id that overflows', message('ping', undefined, '1e400')],
  ['a negative zero', call('t', { args: '{"a":-0,"b":-0.0}' })],
  ['numbers', call('t', { args: '{"a":1.50,"b":1E2,"c":0.1e-400,"d":123456789012345678901}' })],
  ['an id in escapes', message('ping', undefined, '"a\\u0041\\/\\ud83d\\ude00"')],
  ['escapes in names', '{"\\u006asonrpc":"2.0","id":1,"\\u006dethod":"ping"}'],
  [
    'the order of members',
    '{"params":{"z":1,"b":2,"1":3,"0":4},"method":"ping","id":1,"jsonrpc":"2.0"}',
  ],
  [
    'text of all planes',
    call('t', { args: '{"a":"\u00e9\u4e16\ud83d\ude00\u0000"}'.replace('\0', '\\u0000') }),
  ],
  ['a name that is a trap', call('t', { args: '{"__proto__":{"a":1},"constructor":2}' })],
  ['a batch', `[ ${message('ping')} ,\n${message('ping', '{}', '2')} ]`],
];

const policies = [
  ['a policy that sees arguments', allow],
  ['a policy that does not', denyTools('delete_*')],
] as const;

describe.each(policies)('the bytes that were judged go upstream: %s', (_how, policy) => {
  test.each(Object.keys(FRAMINGS) as Framing[])('framed by %s', async (framing) => {
    const { port, forwarded } = await guarded(policy);
    for (const [what, body] of DOCUMENTS) {
      const { status } = await post(port, body, { framing });
      expect([what, status]).toEqual([what, 200]);
    }
    expect(forwarded()).toEqual(DOCUMENTS.map(([, body]) => body));
  });
});

test('the length of what was read is declared upstream, and nothing is chunked any more', async () => {
  const { port, upstream } = await guarded(allow);
  const body = call('t', { args: '{"a":"\u00e9"}' });
  await post(port, body, { framing: 'chunked' });
  const headers = upstream.seen[0]?.headers;
  expect(headers?.['content-length']).toBe(String(Buffer.byteLength(body)));
  expect(headers?.['transfer-encoding']).toBeUndefined();
});

test('a modern request keeps its headers', async () => {
  const { port, upstream } = await guarded(allow);
  const headers = {
    ...modernHeaders('tools/call', '=?base64?dA==?='),
    'Mcp-Param-Region': '=?base64?SGVsbG8=?=',
    'mcp-param-UNKNOWN': 'x',
  };
  expect((await post(port, modern('tools/call', '"name":"t"'), { headers })).status).toBe(200);
  const seen = upstream.seen[0]?.rawHeaders ?? [];
  for (const [name, value] of Object.entries(headers)) {
    const i = seen.findIndex((text) => text.toLowerCase() === name.toLowerCase());
    expect([name, seen[i + 1]]).toEqual([name, value]);
  }
});

test('a body in packets of one byte', async () => {
  const { port, forwarded } = await guarded(allow);
  const body = call('t', { args: '{"a":"\u4e16\ud83d\ude00"}' });
  const bytes = Buffer.from(body);
  const client = await rawClient(port);
  client.socket.setNoDelay(true);
  client.send(`${headOf()}Content-Length: ${bytes.length}\r\n\r\n`);
  for (const byte of bytes) {
    client.socket.write(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  await client.closed();
  expect([client.statuses, forwarded()]).toEqual([[200], [body]]);
});

test('Expect: 100-continue is answered before the body is sent, and the body judged', async () => {
  const { port, forwarded } = await guarded(denyTools('x'));
  for (const [tool, status] of [
    ['t', 200],
    ['x', 403],
  ] as const) {
    const client = await rawClient(port);
    const body = call(tool);
    client.send(`${headOf()}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`);
    expect(await client.has(/\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.send(body);
    await client.closed();
    expect(client.statuses).toEqual([100, status]);
  }
  expect(forwarded()).toEqual([call('t')]);
});

describe('a kept-alive connection', () => {
  test('is used on after a refusal of a message that was read', async () => {
    const { port, forwarded } = await guarded(denyTools('x'));
    const client = await rawClient(port);
    const [first, second] = [call('x'), call('t')];
    for (const body of [first, second]) {
      const head = headOf().replace('Connection: close\r\n', '');
      client.send(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    }
    await client.has(/403 [\s\S]*HTTP\/1\.1 200 [\s\S]*\}$/);
    expect([client.statuses, forwarded()]).toEqual([[403, 200], [second]]);
  });
});

describe('a body parser in front', () => {
  const body = call('t', { args: '{ "a" : 1.0, "n":9007199254740993 }' });

  test('that keeps the bytes: they are judged and forwarded', async () => {
    const keep = (app: Express) =>
      void app.use(
        express.json({
          verify: (req, _res, bytes) => void Object.assign(req, { rawBody: bytes }),
        }),
      );
    const { port, forwarded } = await guarded(({ mcp }) => mcp.name === 't', {}, keep);
    expect((await post(port, body)).status).toBe(200);
    expect((await post(port, body, { framing: 'chunked' })).status).toBe(200);
    expect((await post(port, call('x'))).status).toBe(403);
    // What the parser took for granted is judged all the same.
    expect((await post(port, body.replace('"t"', '"t","name":"x"'))).status).toBe(400);
    expect(forwarded()).toEqual([body, body]);
  });

  test('that keeps nothing: 500, because its object is not what was sent', async () => {
    const { port, upstream, errors } = await guarded(
      allow,
      {},
      (app) => void app.use(express.json()),
    );
    const answer = await post(port, body);
    expect([answer.status, errorOf(answer).data.reason]).toEqual([500, 'body_consumed']);
    expect(JSON.parse(answer.body).id).toBeNull();
    expect(errors.map(({ reason }) => reason)).toEqual(['body_consumed']);
    expect(upstream.seen).toEqual([]);
  });

  test('that changes the object: the bytes count, not the object', async () => {
    const { port, upstream } = await guarded(
      ({ mcp }) => mcp.name === 't',
      {},
      (app) => {
        app.use(
          express.json({
            verify: (req, _res, bytes) => void Object.assign(req, { rawBody: bytes }),
          }),
          (req: Request, _res, next) => {
            req.body.params.name = 't';
            next();
          },
        );
      },
    );
    expect((await post(port, call('x'))).status).toBe(403);
    expect(upstream.seen).toEqual([]);
  });

  test.each(['Content-Length', 'chunked'] as const)(
    'that begins to read while the gateway does, framed by %s: all of the message or nothing',
    async (framing) => {
      const { port, forwarded } = await guarded(allow, {}, (app) => {
        app.use(async (req, _res, next) => {
          next();
          for await (const _ of req);
        });
      });
      const large = call('t', { args: `{"a":"${'x'.repeat(700_000)}"}` });
      const { status } = await post(port, large, { framing });
      expect([
        [200, large],
        [500, undefined],
      ]).toContainEqual([status, forwarded()[0]]);
    },
  );
});

test('a message as large as bodyLimit passes, one byte more does not', async () => {
  const body = call('t', { args: `{"a":"${'x'.repeat(200_000)}"}` });
  const { port, forwarded } = await guarded(allow, { bodyLimit: body.length });
  for (const framing of Object.keys(FRAMINGS).slice(0, 2) as Framing[]) {
    expect((await post(port, body, { framing })).status).toBe(200);
    const over = await post(port, `${body} `, { framing });
    expect([over.status, errorOf(over).data.reason]).toEqual([413, 'payload_too_large']);
  }
  expect(forwarded()).toEqual([body, body]);
});
