import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import { clientIn, heldBy, holderText, readHolder } from '../../src/slots/sessions/holder.ts';
import { MemorySessionStore } from '../../src/slots/sessions/memory-session-store.ts';
import { startGateway } from '../support/gateway.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';

const DESK = { name: 'desk', version: '1.2' };

const message = (method: string, params: object) =>
  JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });

const initialize = (clientInfo: unknown) =>
  message('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });

const CALL = message('tools/call', { name: 'add', arguments: {} });

/** An upstream that gives each `initialize` a session: a new one, or always the same. */
async function start(config: Partial<GatewayConfig> = {}, sessionId?: string) {
  const { target } = await recordingUpstream((_req, res, body) => {
    if (body.includes('initialize')) {
      res.setHeader('Mcp-Session-Id', sessionId ?? randomUUID());
    }
    res.setHeader('Content-Type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":{}}');
  });
  const observe = witness();
  const gateway = await startGateway({
    target,
    observe,
    auth: () => ({ subject: 'ada' }),
    ...config,
  });
  let count = 0;
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const init = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body,
    };
    const response = await fetch(gateway.url, init);
    await response.text();
    const { client } = await observe.record(count++);
    return {
      client,
      status: response.status,
      session: response.headers.get('mcp-session-id') ?? '',
    };
  };
  return { post };
}

describe.each([
  ['where the body is not read', {}],
  ['where it is', { policies: () => true }],
] as const)('the record says which client it was, %s', (_where, config) => {
  test('of `initialize`, and of the session that it begins', async () => {
    const { post } = await start(config);
    const begun = await post(initialize(DESK));
    expect(begun.client).toEqual(DESK);
    const other = await post(initialize({ name: 'phone' }));
    expect(other.client).toEqual({ name: 'phone', version: undefined });
    expect((await post(CALL, { 'Mcp-Session-Id': begun.session })).client).toEqual(DESK);
    expect((await post(CALL, { 'Mcp-Session-Id': other.session })).client?.name).toBe('phone');
  });

  test('of a message of the modern era, from `_meta`', async () => {
    const { post } = await start(config);
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.modelcontextprotocol/clientInfo': DESK,
    };
    const headers = {
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'tools/call',
      'Mcp-Name': 'add',
    };
    const told = await post(message('tools/call', { name: 'add', arguments: {}, _meta }), headers);
    expect([told.client, told.status]).toEqual([DESK, 200]);
  });

  test('without sessions only of `initialize`', async () => {
    const { post } = await start({ ...config, sessions: false });
    const { client, session } = await post(initialize(DESK));
    expect(client).toEqual(DESK);
    expect((await post(CALL, { 'Mcp-Session-Id': session })).client).toBeUndefined();
  });

  test.each([
    ['no object', 'desk', undefined],
    ['without a name', { version: '1' }, undefined],
    ['with a name that is no text', { name: 7 }, undefined],
    [
      'with a version that is no text',
      { name: 'desk', version: 7 },
      { name: 'desk', version: undefined },
    ],
    [
      'too long',
      { name: 'n'.repeat(65), version: 'v'.repeat(65), title: 'secret' },
      { name: 'n'.repeat(64), version: 'v'.repeat(64) },
    ],
  ])('what is %s', async (_what, clientInfo, client) => {
    expect((await (await start(config)).post(initialize(clientInfo))).client).toEqual(client);
  });
});

test('two clients of one user may have the same session, as an upstream that has only one gives it', async () => {
  const { post } = await start({}, 'the-only-one');
  const first = await post(initialize(DESK));
  const second = await post(initialize({ name: 'phone' }));
  expect([first.status, second.status]).toEqual([200, 200]);
  expect((await post(CALL, { 'Mcp-Session-Id': 'the-only-one' })).status).toBe(200);
});

test('a shared store tells every process which client it is', async () => {
  const { target } = await recordingUpstream((_req, res) => {
    res.setHeader('Mcp-Session-Id', 'of-the-desk').setHeader('Content-Type', 'application/json');
    res.end('{"jsonrpc":"2.0","id":1,"result":{}}');
  });
  const store = new MemorySessionStore(100);
  const config = { target, auth: () => ({ subject: 'ada' }), sessions: { store } };
  const observe = witness();
  const one = await startGateway({ ...config, observe: witness() });
  const other = await startGateway({ ...config, observe });
  await (await fetch(one.url, { method: 'POST', body: initialize(DESK) })).text();
  const headers = { 'Mcp-Session-Id': 'of-the-desk' };
  await (await fetch(other.url, { method: 'POST', headers, body: CALL })).text();
  expect((await observe.record()).client).toEqual(DESK);
});

describe('in a store, the client is no part of whose a session is', () => {
  const holders = [
    { owner: '', home: undefined },
    { owner: '["x#y@z","a"]', home: undefined },
    { owner: '[["k"],"a#b"]', home: 'aGVhZA-_' },
    { owner: '', home: 'aGVhZA' },
  ];
  const names = ['desk', '\u0000\ud800"#@]\n', '\u20ac'.repeat(64)];

  test.each(holders)('%j', (holder) => {
    const plain = holderText(holder);
    expect(readHolder(plain)).toEqual(holder);
    expect(clientIn(plain)).toBeUndefined();
    for (const name of names) {
      const text = holderText({ ...holder, client: { name, version: '1' } });
      expect(readHolder(text)).toEqual(holder);
      expect(heldBy(text)).toBe(plain);
      expect(clientIn(text)).toEqual({ name: name.toWellFormed(), version: '1' });
    }
  });

  test('what cannot be read is no client', () => {
    expect(clientIn('["a","b"]#bm8')).toBeUndefined();
    expect(clientIn(`["a","b"]#${Buffer.from('[1]').toString('base64url')}`)).toBeUndefined();
  });
});
