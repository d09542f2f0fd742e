import { describe, expect, test } from '@jest/globals';
import { denyTools, type GatewayConfig } from '../../src/index.ts';
import { exchange, rawClient } from '../support/client/raw.ts';
import { MODERN, message, modern } from '../support/messages.ts';
import { gatewayFor, get, MESSAGE, type Upstream, upstreamWith } from './support.ts';

const READS: Partial<GatewayConfig> = { policies: denyTools('x') };

const posted = (body: string, headers: Record<string, string> = {}): string => {
  const fields = { 'Content-Type': 'application/json', 'Content-Length': body.length, ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /messages?sessionId=1 HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n${lines.join('')}\r\n${body}`;
};

const isPosted = ({ seen }: Upstream) => seen.includes('POST /messages?sessionId=1');

describe('HTTP with SSE has no mirrored headers: Go and Python clients send none', () => {
  test.each([
    ['server/discover', modern('server/discover')],
    ['a call of the modern era', modern('tools/call', '"name":"t"')],
    ['a subscription', modern('subscriptions/listen', '"notifications":{}')],
    ['a subscription that claims no era', message('subscriptions/listen', '{"notifications":{}}')],
    ['a subscription in a batch', `[${message('subscriptions/listen', '{"notifications":{}}')}]`],
  ])('%s goes upstream without them', async (_what, body) => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream, READS);
    expect((await exchange(port, posted(body))).statuses).toEqual([202]);
    expect(isPosted(upstream)).toBe(true);
  });

  test.each<[string, Record<string, string>]>([
    ['MCP-Protocol-Version', { 'MCP-Protocol-Version': '2027-01-01' }],
    ['Mcp-Method', { 'Mcp-Method': 'tools/list' }],
    ['Mcp-Name', { 'Mcp-Name': 'other' }],
  ])('where %s is there, it has to agree', async (_name, headers) => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream, READS);
    const body = modern('tools/call', '"name":"t"');
    const { statuses, text } = await exchange(port, posted(body, headers));
    expect(statuses).toEqual([400]);
    expect(text).toContain('header_mismatch');
    expect(isPosted(upstream)).toBe(false);
  });

  test('the same message is still refused at the endpoint, where they are needed', async () => {
    const upstream = await upstreamWith([]);
    const port = await gatewayFor(upstream, READS);
    const request = posted(modern('server/discover')).replace('/messages?sessionId=1', '/mcp');
    expect((await exchange(port, request)).statuses).toEqual([400]);
    expect(upstream.seen).toEqual([]);
  });

  test('headers that agree do no harm, and a subscription opens no stream that counts', async () => {
    const opening = `event: endpoint\ndata: /messages?sessionId=1\n\n${MESSAGE}`;
    const upstream = await upstreamWith([opening]);
    const port = await gatewayFor(upstream, { ...READS, streams: { total: 1 } });
    const client = (await rawClient(port)).send(get('/sse'));
    await client.has(/data: \{\}/);
    const headers = { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': 'subscriptions/listen' };
    const body = modern('subscriptions/listen', '"notifications":{}');
    expect((await exchange(port, posted(body, headers))).statuses).toEqual([202]);
  });
});
