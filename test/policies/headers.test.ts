import { describe, expect, test } from '@jest/globals';
import { rawClient } from '../support/client/raw.ts';
import { errorOf } from '../support/client/refusal.ts';
import { type Fields, FRAMINGS, headOf, JSON_TYPE } from '../support/client/request.ts';
import { post } from '../support/client/send.ts';
import { call, MODERN, message, modern, modernHeaders, notification } from '../support/messages.ts';
import { guarded } from './support/guarded.ts';

/** A header in place of the right one; `undefined` for none. */
type Changes = Readonly<Record<string, string | undefined>>;

function changed(headers: Record<string, string>, changes: Changes): [string, string][] {
  const all = Object.entries<string | undefined>({ ...headers, ...changes });
  return all.filter((field): field is [string, string] => field[1] !== undefined);
}

async function expectMismatch(body: string, headers: Fields, id: unknown): Promise<void> {
  const { port, upstream } = await guarded(() => true);
  const answer = await post(port, body, { headers });
  expect(answer.status).toBe(400);
  expect(errorOf(answer)).toMatchObject({ code: -32020, data: { reason: 'header_mismatch' } });
  expect(JSON.parse(answer.body).id).toEqual(id);
  expect(upstream.seen).toEqual([]);
}

async function expectForwarded(body: string, headers: Fields): Promise<void> {
  const { port, forwarded } = await guarded(() => true);
  const answer = await post(port, body, { headers });
  expect([answer.status, answer.body.includes('error')]).toEqual([200, false]);
  expect(forwarded()).toEqual([body]);
}

describe('a modern request whose headers do not say what it says', () => {
  test.each<[what: string, changes: Changes]>([
    ['another version', { 'MCP-Protocol-Version': '2025-11-25' }],
    ['no version', { 'MCP-Protocol-Version': undefined }],
    ['an empty version', { 'MCP-Protocol-Version': '' }],
    ['another method', { 'Mcp-Method': 'tools/list' }],
    ['a method in capitals', { 'Mcp-Method': 'TOOLS/CALL' }],
    ['no method', { 'Mcp-Method': undefined }],
    ['an empty method', { 'Mcp-Method': '' }],
    ['another name', { 'Mcp-Name': 'u' }],
    ['a name in capitals', { 'Mcp-Name': 'T' }],
    ['no name', { 'Mcp-Name': undefined }],
    ['an empty name', { 'Mcp-Name': '' }],
    ['the empty sentinel', { 'Mcp-Name': '=?base64??=' }],
    ['a name in bad Base64', { 'Mcp-Name': '=?base64?dA?=' }],
    ['a name that decodes to another', { 'Mcp-Name': '=?base64?dQ==?=' }],
    ['a name in a sentinel of capitals', { 'Mcp-Name': '=?BASE64?dA==?=' }],
    ['a parameter in bad Base64', { 'Mcp-Param-Region': '=?base64?SGVsbG8?=' }],
    ['a parameter in Base64 with blanks', { 'mcp-param-a': '=?base64?SGVs bG8=?=' }],
  ])('%s', async (_what, changes) => {
    const headers = changed(modernHeaders('tools/call', 't'), changes);
    await expectMismatch(modern('tools/call', '"name":"t"', '"i"'), headers, 'i');
  });

  test.each<[what: string, method: string, members: string, changes: Changes]>([
    ['as they are', 'tools/call', '"name":"t"', { 'Mcp-Name': 't' }],
    ['blanks around', 'tools/call', '"name":"t"', { 'Mcp-Name': ' \t t \t ' }],
    ['encoded', 'tools/call', '"name":"\u4e16"', { 'Mcp-Name': '=?base64?5LiW?=' }],
    ['a URI', 'resources/read', '"uri":"file:///a b"', { 'Mcp-Name': 'file:///a b' }],
    ['a task', 'tasks/get', '"taskId":"k"', { 'Mcp-Name': 'k' }],
    ['no name to tell', 'tools/list', '', {}],
    ['a parameter nobody knows', 'tools/list', '', { 'Mcp-Param-X': 'literal =?base64?' }],
  ])('right ones pass: %s', async (_what, method, members, changes) => {
    await expectForwarded(modern(method, members), changed(modernHeaders(method), changes));
  });

  test('names of headers in any case', async () => {
    const fields = Object.entries(modernHeaders('tools/call', 't'));
    for (const spell of ['toLowerCase', 'toUpperCase'] as const) {
      const headers = fields.map(([name, value]) => [name[spell](), value] as const);
      await expectForwarded(modern('tools/call', '"name":"t"'), headers);
    }
  });
});

describe('notifications need no mirrored headers, and what they have is compared', () => {
  const cancelled = notification('notifications/cancelled', '{"requestId":1}');

  test.each<[what: string, headers: Fields]>([
    ['none', JSON_TYPE],
    ['a modern version', { 'MCP-Protocol-Version': MODERN }],
    ['all', modernHeaders('notifications/cancelled')],
  ])('%s', async (_what, headers) => {
    await expectForwarded(cancelled, headers);
  });

  test('another method: refused without an id', async () => {
    await expectMismatch(cancelled, { 'Mcp-Method': 'ping' }, undefined);
  });
});

describe('the era is that of the message', () => {
  const named = { 'MCP-Protocol-Version': MODERN };

  test('initialize under a modern header: -32020', async () => {
    const body = message('initialize', '{"protocolVersion":"2025-11-25"}');
    await expectMismatch(body, named, 1);
  });

  test('another request without the envelope: -32602', async () => {
    const { port, upstream } = await guarded(() => true);
    const answer = await post(port, call('t'), { headers: named });
    expect([answer.status, errorOf(answer).code]).toEqual([400, -32602]);
    expect(upstream.seen).toEqual([]);
  });

  test('a batch: -32600, because that revision has none', async () => {
    const { port, upstream } = await guarded(() => true);
    for (const [body, headers] of [
      [`[${call('t')}]`, named],
      [`[${modern('tools/call', '"name":"t"')}]`, JSON_TYPE],
    ] as const) {
      const answer = await post(port, body, { headers });
      expect([answer.status, errorOf(answer).code]).toEqual([400, -32600]);
    }
    expect(upstream.seen).toEqual([]);
  });

  test.each(['2025-06-18', '2025-03-26', 'unknown', ''])(
    'a legacy call under %j passes',
    async (version) => {
      await expectForwarded(call('t'), { 'MCP-Protocol-Version': version });
    },
  );

  test.each(['Mcp-Method', 'Mcp-Name'])('answers and batches mirror nothing: %s', async (name) => {
    const headers = { [name]: 'tools/call' };
    await expectMismatch('{"jsonrpc":"2.0","id":1,"result":{}}', headers, null);
    await expectMismatch(`[${call('t')}]`, headers, null);
  });
});

describe('a mirrored header twice', () => {
  test.each([
    ['Mcp-Method', 'tools/call'],
    ['Mcp-Name', 't'],
    ['MCP-Protocol-Version', MODERN],
    ['Mcp-Param-Region', 'a'],
    ['Mcp-Session-Id', 's'],
    ['Content-Type', 'application/json'],
    ['Content-Encoding', 'identity'],
  ])('%s', async (name, value) => {
    const own = changed(modernHeaders('tools/call', 't'), { [name]: value });
    for (const twin of [value, 'other']) {
      const { port, upstream } = await guarded(() => true);
      const headers = [...own, [name.toLowerCase(), twin] as const];
      const answer = await post(port, modern('tools/call', '"name":"t"'), { headers });
      expect([answer.status, errorOf(answer).data.reason]).toEqual([400, 'repeated_header']);
      expect(upstream.seen).toEqual([]);
    }
  });
});

test('a header in the trailer of the body decides nothing', async () => {
  const { port, upstream } = await guarded(() => true);
  const client = await rawClient(port);
  const body = FRAMINGS.chunked(Buffer.from(modern('tools/call', '"name":"t"'))).toString();
  const headers = changed(modernHeaders('tools/call', 't'), { 'Mcp-Name': undefined });
  client.send(headOf({ headers }) + body.replace(/\r\n$/, 'Mcp-Name: t\r\n\r\n'));
  await client.closed();
  expect(client.statuses).toEqual([400]);
  expect(upstream.seen).toEqual([]);
});
