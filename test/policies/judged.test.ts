import { describe, expect, test } from '@jest/globals';
import { allowTools, denyTools } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { errorOf } from '../support/client/refusal.ts';
import { post } from '../support/client/send.ts';
import { call, message, modern, modernHeaders, notification } from '../support/messages.ts';
import { guarded } from './support/guarded.ts';

const RESPONSE = '{"jsonrpc":"2.0","id":7,"result":{"action":"accept"}}';
const FAILURE = '{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"no"}}';

describe('every message with a method is judged', () => {
  test.each([
    ['a request', call('x')],
    ['a notification-shaped call', notification('tools/call', '{"name":"x"}')],
    ['a call with id 0', call('x', { id: '0' })],
    ['a call with an empty id', call('x', { id: '""' })],
  ])('%s', async (_what, body) => {
    const { port, upstream } = await guarded(denyTools('x'));
    expect((await post(port, body)).status).toBe(403);
    expect(upstream.seen).toEqual([]);
  });

  test.each([
    ['first', `[${call('x')},${call('t', { id: '2' })}]`],
    ['last', `[${call('t')},${call('x', { id: '2' })}]`],
    ['alone', `[${call('x')}]`],
    ['among responses', `[${RESPONSE},${call('x')},${FAILURE}]`],
    ['as a notification', `[${message('ping')},${notification('tools/call', '{"name":"x"}')}]`],
    ['with an id that others have too', `[${call('t')},${call('x')},${call('t')}]`],
  ])('a denied call in a batch, %s: nothing of it is forwarded', async (_where, body) => {
    for (const version of [undefined, '2025-03-26', '2025-11-25', 'DRAFT']) {
      const { port, upstream } = await guarded(denyTools('x'));
      const headers = { ...(version && { 'MCP-Protocol-Version': version }) };
      expect((await post(port, body, { headers })).status).toBe(403);
      expect(upstream.seen).toEqual([]);
    }
  });

  test('a batch of allowed calls is forwarded as it is', async () => {
    const { port, forwarded } = await guarded(denyTools('x'));
    const body = `[${call('t')}, ${RESPONSE} ,${call('u', { id: '2' })}]`;
    expect((await post(port, body)).status).toBe(200);
    expect(forwarded()).toEqual([body]);
  });

  test('prompts, resources and whatever has a method reach a policy', async () => {
    const { port, upstream } = await guarded(({ mcp }) => mcp.method === 'initialize');
    for (const method of ['tools/list', 'ping', 'server/discover', 'x/unknown', 'initialized']) {
      expect((await post(port, message(method))).status).toBe(403);
      expect((await post(port, notification(method))).status).toBe(403);
    }
    expect(upstream.seen).toEqual([]);
    expect((await post(port, message('initialize', '{}'))).status).toBe(200);
  });
});

describe('what passes unjudged', () => {
  test.each([
    ['a result', RESPONSE],
    ['an error', FAILURE],
    ['an error that answers nothing it could read', FAILURE.replace('"id":7', '"id":null')],
    ['a batch of them', `[${RESPONSE},${FAILURE}]`],
  ])('an answer to the server: %s', async (_what, body) => {
    const { port, forwarded, errors } = await guarded(() => false);
    expect((await post(port, body)).status).toBe(200);
    expect([forwarded(), errors]).toEqual([[body], []]);
  });

  test('allowTools and denyTools stop no cancellation and no other method', async () => {
    const { port, forwarded } = await guarded([denyTools('*'), allowTools('t')]);
    const others = [
      notification('notifications/cancelled', '{"requestId":1}'),
      notification('notifications/initialized'),
      message('initialize', '{"protocolVersion":"2025-11-25"}'),
      message('prompts/get', '{"name":"x"}'),
      message('resources/read', '{"uri":"x"}'),
      message('tools/list'),
    ];
    for (const body of others) expect((await post(port, body)).status).toBe(200);
    expect(forwarded()).toEqual(others);
    expect((await post(port, call('x'))).status).toBe(403);
  });

  test.each(['GET', 'DELETE'])('%s carries no message, and passes untouched', async (method) => {
    const { port, upstream } = await guarded(() => false);
    const client = await rawClient(port);
    const fields =
      'Accept: text/event-stream\r\nMcp-Session-Id: s\r\nLast-Event-ID: 4\r\nMcp-Name: x\r\n';
    client.send(`${method} /mcp HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields}\r\n`);
    await client.closed();
    expect(client.statuses).toEqual([200]);
    expect(upstream.seen).toMatchObject([
      {
        method,
        headers: {
          accept: 'text/event-stream',
          'mcp-session-id': 's',
          'last-event-id': '4',
          'mcp-name': 'x',
        },
      },
    ]);
  });
});

describe('policies go by the body', () => {
  test.each([
    ['a harmless name', { 'Mcp-Method': 'tools/call', 'Mcp-Name': 't' }],
    ['a harmless method', { 'Mcp-Method': 'ping' }],
    ['an older revision', { 'MCP-Protocol-Version': '2025-06-18', 'Mcp-Name': 't' }],
    ['an encoded name', { 'Mcp-Name': '=?base64?dA==?=' }],
    ['an empty name', { 'Mcp-Name': '' }],
  ])('a legacy call with %s in the headers', async (_what, lies) => {
    const { port, upstream } = await guarded(denyTools('x'));
    const answer = await post(port, call('x'), { headers: { ...lies } });
    expect([answer.status, errorOf(answer).code]).toEqual([400, -32020]);
    expect(upstream.seen).toEqual([]);
  });

  test('right headers do not help either', async () => {
    const { port, upstream } = await guarded(denyTools('x'));
    const headers = modernHeaders('tools/call', 'x');
    expect((await post(port, modern('tools/call', '"name":"x"'), { headers })).status).toBe(403);
    expect(upstream.seen).toEqual([]);
  });

  test('nor a denied name in the headers of another call', async () => {
    const { port, upstream } = await guarded(denyTools('x'));
    const headers = modernHeaders('tools/call', 'x');
    const answer = await post(port, modern('tools/call', '"name":"t"'), { headers });
    expect([answer.status, errorOf(answer).code]).toEqual([400, -32020]);
    expect(upstream.seen).toEqual([]);
  });
});

describe('the message route of the older transport is judged too', () => {
  const legacySse = { path: '/sse', messagePath: '/messages' };

  test('a denied call, a malformed one, an allowed one', async () => {
    const { port, upstream } = await guarded(denyTools('x'), { legacySse });
    const sending = { path: '/messages?sessionId=s' };
    expect((await post(port, call('x'), sending)).status).toBe(403);
    expect((await post(port, `[${call('t')},${call('x')}]`, sending)).status).toBe(403);
    expect((await post(port, call('t').replace('{', '{"id":2,'), sending)).status).toBe(400);
    expect(upstream.seen).toEqual([]);
    await post(port, call('t', { args: '{ "a":1.0}' }), sending);
    expect(upstream.seen.map(({ body }) => body.toString())).toEqual([
      call('t', { args: '{ "a":1.0}' }),
    ]);
  });

  test('its stream opens all the same', async () => {
    const { port, upstream } = await guarded(() => false, { legacySse });
    const answer = await fetch(`http://127.0.0.1:${port}/sse`);
    expect(answer.status).toBe(200);
    expect(upstream.seen.map(({ method }) => method)).toEqual(['GET']);
  });
});
