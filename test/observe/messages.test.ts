import { describe, expect, test } from '@jest/globals';
import express, { type Request } from 'express';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

type Named = readonly (readonly [method: string | undefined, name: string | undefined])[];

const call = (name: unknown, more: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, ...more } });

/** What the record of a POST says of its messages, and its bytes. */
async function messagesOf(body: string | Buffer, headers: Record<string, string> = {}) {
  const { target, seen } = await recordingUpstream();
  const observer = witness();
  const { url } = await startGateway({ target, observe: observer });
  const response = await fetch(url, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
  const { messages, bytesIn } = await observer.record();
  // Looking on changes nothing of what it looks at.
  expect(seen[0]?.body.equals(Buffer.from(body))).toBe(true);
  expect(bytesIn).toBe(Buffer.byteLength(body));
  return messages.map(({ method, name }) => [method, name]);
}

const ADD: Named = [['tools/call', 'add']];
const CUT: Named[number] = ['tools/call', `${'n'.repeat(255)}\ufffd`];

const BODIES: readonly (readonly [what: string, body: string, messages: Named])[] = [
  ['tools/call', call('add', { arguments: { name: 'secret' } }), [['tools/call', 'add']]],
  [
    'prompts/get',
    '{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"greet"}}',
    [['prompts/get', 'greet']],
  ],
  [
    'resources/read',
    '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///a/b.txt"}}',
    [['resources/read', 'file:///a/b.txt']],
  ],
  [
    'resources/read of a URI with secrets: neither query nor fragment nor password is kept',
    '{"id":1,"method":"resources/read","params":{"uri":"https://u:p@x.example/a?token=t#s"}}',
    [['resources/read', 'https://x.example/a']],
  ],
  ['a method that names nothing', '{"id":1,"method":"ping"}', [['ping', undefined]]],
  [
    'initialize, which names the client and not a subject',
    '{"id":1,"method":"initialize","params":{"clientInfo":{"name":"agent"}}}',
    [['initialize', undefined]],
  ],
  [
    'a notification',
    '{"method":"notifications/initialized"}',
    [['notifications/initialized', undefined]],
  ],
  [
    'the answer to a question of the server',
    '{"id":1,"result":{"name":"x"}}',
    [[undefined, undefined]],
  ],
  [
    'a batch, in its order',
    `[${call('a')},{"method":"notifications/x"},{"id":2,"result":{}},${call('b')}]`,
    [
      ['tools/call', 'a'],
      ['notifications/x', undefined],
      [undefined, undefined],
      ['tools/call', 'b'],
    ],
  ],
  [
    'a batch of many: 16 of them',
    `[${Array.from({ length: 40 }, (_, i) => call(`t${i}`))}]`,
    Array.from({ length: 16 }, (_, i) => ['tools/call', `t${i}`] as const),
  ],
  ['a name of the wrong type', call({ toString: 1 }), [['tools/call', undefined]]],
  ['a method of the wrong type', '{"method":["a"],"params":["b"]}', [[undefined, undefined]]],
  [
    'members that only a prototype would have',
    '{"__proto__":{"method":"a"},"params":{"__proto__":{"name":"b"}}}',
    [[undefined, undefined]],
  ],
  ['behind a byte order mark, which many servers pass over', `\ufeff${call('add')}`, ADD],
  ['half a character', call('a\ud800'), [['tools/call', 'a\ufffd']]],
  ['half a character, as cutting leaves it', call(`${'n'.repeat(255)}😀`), [CUT]],
  ['names that prototypes have', call('__proto__'), [['tools/call', '__proto__']]],
  ['256 characters of a name', call('n'.repeat(300)), [['tools/call', 'n'.repeat(256)]]],
  [
    '256 characters of a method',
    JSON.stringify({ method: 'm'.repeat(300) }),
    [['m'.repeat(256), undefined]],
  ],
];

/** With these the body says nothing, and the headers are asked. */
const MUTE: readonly (readonly [what: string, body: string | Buffer])[] = [
  ['broken JSON', '{"method":"tools/call"'],
  ['no JSON', 'hello'],
  ['no UTF-8', Buffer.from([0xff, 0xfe, 0x00])],
  ['an empty batch', '[]'],
  ['brackets without end', '['.repeat(60_000)],
  ['more than 64 KB', call('big', { arguments: { x: 'x'.repeat(70_000) } })],
];

describe('the messages of a record, as the body says', () => {
  test.each(BODIES)('%s', async (_what, body, messages) => {
    const claims = { 'Mcp-Method': 'tools/list', 'Mcp-Name': 'claimed' };
    expect(await messagesOf(body)).toEqual(messages);
    expect(await messagesOf(body, claims)).toEqual(messages);
  });

  test('up to 64 KB, and from req.rawBody where a parser has read it', async () => {
    const { target } = await recordingUpstream();
    const observer = witness();
    const { url } = await startGateway({ target, observe: observer }, (app) =>
      app.use(
        express.json({
          verify: (req, _res, bytes) => {
            (req as Request & { rawBody?: Buffer }).rawBody = bytes;
          },
        }),
      ),
    );
    const size = 64 * 1024;
    const body = call('kept', { arguments: 'x' });
    const padded = body + ' '.repeat(size - body.length);
    const headers = { 'Content-Type': 'application/json' };
    await fetch(url, { method: 'POST', headers, body: padded });

    expect(await observer.record()).toMatchObject({
      messages: [{ method: 'tools/call', name: 'kept' }],
      bytesIn: size,
    });
  });
});

describe('the messages of a record, as the headers claim', () => {
  test.each(MUTE)('%s', async (_what, body) => {
    expect(await messagesOf(body)).toEqual([]);
    const headers = { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'claimed' };
    expect(await messagesOf(body, headers)).toEqual([['tools/call', 'claimed']]);
  });

  // The vectors of MCP 2026-07-28, "Value Encoding".
  test.each([
    ['=?base64?SGVsbG8sIOS4lueVjA==?=', 'Hello, 世界'],
    ['=?base64?IHBhZGRlZCA=?=', ' padded '],
    ['=?BASE64?IHBhZGRlZCA=?=', '=?BASE64?IHBhZGRlZCA=?='],
    ['https://u:p@x.example/a?token=t', 'https://x.example/a'],
    ['n'.repeat(300), 'n'.repeat(256)],
  ])('Mcp-Name: %s', async (claimed, name) => {
    const headers = { 'Mcp-Method': 'prompts/get', 'Mcp-Name': claimed };
    expect(await messagesOf('{', headers)).toEqual([['prompts/get', name]]);
  });

  test('a request that was refused before its body was read', async () => {
    const observer = witness();
    const { url } = await startGateway({
      target: 'http://127.0.0.1:1/',
      hosts: ['other.example'],
      observe: observer,
    });
    const headers = { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'add' };
    await fetch(url, { method: 'POST', headers, body: call('hidden') });
    const { messages } = await observer.record();
    expect(messages).toEqual([{ method: 'tools/call', name: 'add' }]);
  });
});
