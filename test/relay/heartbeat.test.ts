import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { startEndpoint } from '../support/endpoint.ts';
import { startGateway } from '../support/gateway.ts';

/** A gateway with a quick heartbeat in front of an event stream that the test writes itself. */
async function stream(config: Partial<GatewayConfig> = {}, head: Record<string, string> = {}) {
  const opened = Promise.withResolvers<ServerResponse>();
  const { target } = await startEndpoint((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream', ...head }).flushHeaders();
    opened.resolve(res);
  });
  const gateway = await startGateway({
    target,
    heartbeat: 20,
    ...config,
  });
  const client = await rawClient(gateway.port);
  client.send('GET /mcp HTTP/1.0\r\n\r\n');
  await client.has(/\r\n\r\n/);
  return { upstream: await opened.promise, client, gateway };
}

const bodyOf = (text: string) => text.slice(text.indexOf('\r\n\r\n') + 4);

describe('heartbeat: a comment on an event stream that is silent', () => {
  test('before the first event, and again and again', async () => {
    const { client } = await stream();
    expect(bodyOf(await client.has(/:\n\n:\n\n:\n\n/))).toMatch(/^(:\n\n)+$/);
  });

  test('between events, never within one', async () => {
    const { upstream, client } = await stream();
    await client.has(/\r\n\r\n:\n\n/);
    upstream.write('id: 1\ndata: {"a":');
    await client.has(/"a":$/);
    const other = await stream();
    // As many heartbeats as another stream needs for three would have been due here as well.
    await other.client.has(/:\n\n:\n\n:\n\n/);
    upstream.write('1}\n\n');
    const text = await client.has(/1\}\n\n:\n\n/);
    expect(text).toContain('id: 1\ndata: {"a":1}\n\n:\n\n');
  });

  test.each([
    ['one whose length is fixed', {}, { 'Content-Length': '100' }],
    ['one that is encoded', {}, { 'Content-Encoding': 'gzip' }],
    ['an answer that is no event stream', {}, { 'Content-Type': 'application/json' }],
    ['any, for false', { heartbeat: false as const }, {}],
  ])('not on %s', async (_, config, head) => {
    const quiet = await stream(config, head);
    const beating = await stream();
    await beating.client.has(/:\n\n:\n\n:\n\n/);
    quiet.upstream.destroy();
    expect(bodyOf(await quiet.client.closed())).toBe('');
  });

  test('none is due any more when the stream has ended', async () => {
    const { upstream, client } = await stream();
    upstream.end('data: 1\n\n');
    expect(bodyOf(await client.closed()).replaceAll(':\n\n', '')).toBe('data: 1\n\n');
  });
});
