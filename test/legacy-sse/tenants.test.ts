import { describe, expect, test } from '@jest/globals';
import type { GatewayConfig } from '../../src/index.ts';
import { exchange } from '../support/client/raw.ts';
import { firstMessage, gatewayFor, MESSAGE, post, type Upstream, upstreamWith } from './support.ts';

/** A gateway on `/t/:tenant`, in front of an upstream that names this URL for messages. */
async function start(endpoint: string, config: Partial<GatewayConfig> = {}) {
  const upstream = await upstreamWith([`event: endpoint\ndata: ${endpoint}\n\n`, MESSAGE]);
  const target = `http://127.0.0.1:${upstream.port}/{tenant}/mcp`;
  const port = await gatewayFor(upstream, { target, ...config }, '/t/:tenant');
  return { upstream, port };
}

/** Opens a stream, and gives the URL for messages that its client sees. */
async function endpointOf(port: number, tenant: string): Promise<string> {
  const [, url = ''] = /data: (\S+)/.exec(await firstMessage(port, `/t/${tenant}/sse`)) ?? [];
  return url;
}

async function statusOf(port: number, url: string): Promise<number | undefined> {
  return (await exchange(port, post(url))).statuses[0];
}

const posts = ({ seen }: Upstream) => seen.filter((line) => line.startsWith('POST'));

describe('the older transport at an upstream for each tenant', () => {
  test('streams and messages go to the tenant of the route', async () => {
    const { upstream, port } = await start('/a/messages?session_id=1');

    const url = await endpointOf(port, 'a');
    expect(url).toBe('/t/a/messages?session_id=1');
    expect(await statusOf(port, url)).toBe(202);

    expect(upstream.seen).toEqual(['GET /a/sse', 'POST /a/messages?session_id=1']);
  });

  test('a relative URL is one beside the stream of the tenant', async () => {
    const { upstream, port } = await start('messages?session_id=1');
    expect(await statusOf(port, await endpointOf(port, 'a%20b'))).toBe(202);
    expect(posts(upstream)).toEqual(['POST /a%20b/messages?session_id=1']);
  });

  test('a path that was remembered for one tenant is not another’s', async () => {
    const { upstream, port } = await start('/a/elsewhere?session_id=1');
    const url = await endpointOf(port, 'a');
    expect(url).toBe('/t/a/messages?session_id=1');

    await statusOf(port, url);
    await statusOf(port, url.replace('/t/a/', '/t/b/'));

    expect(posts(upstream)).toEqual([
      'POST /a/elsewhere?session_id=1',
      'POST /b/messages?session_id=1',
    ]);
  });

  test('a path that the client brings back is good for its tenant only', async () => {
    const { upstream, port } = await start('/a/sessions/1');
    const url = await endpointOf(port, 'a');
    expect(url).toContain('mcp-endpoint=');

    expect(await statusOf(port, url)).toBe(202);
    expect(await statusOf(port, url.replace('/t/a/', '/t/b/'))).toBe(400);

    expect(posts(upstream)).toEqual(['POST /a/sessions/1']);
  });

  test('a refusal comes on no stream of another tenant', async () => {
    const { upstream, port } = await start('messages?session_id=1', {
      policies: () => false,
    });
    await endpointOf(port, 'a');
    const call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}';
    const send = (tenant: string) =>
      exchange(
        port,
        post(`/t/${tenant}/messages?session_id=1`)
          .replace('Content-Length: 2', `Content-Length: ${call.length}`)
          .replace(/\{\}$/, call),
      );

    expect((await send('b')).statuses).toEqual([403]);
    expect((await send('a')).statuses).toEqual([202]);
    expect(posts(upstream)).toEqual([]);
  });

  test('publicUrl cannot say which tenant it is: the path is that of the client', async () => {
    const publicUrl = 'https://gateway.example/public';
    const { port } = await start('messages?session_id=1', { publicUrl });
    expect(await endpointOf(port, 'a')).toBe('/t/a/messages?session_id=1');
  });

  test('a tenant that may not be sent is 404 on both routes', async () => {
    const { upstream, port } = await start('messages?session_id=1');
    expect(await statusOf(port, '/t/%2e%2e/messages?session_id=1')).toBe(404);
    const client = await exchange(
      port,
      'GET /t/../sse HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n',
    );
    expect(client.statuses).toEqual([404]);
    expect(upstream.seen).toEqual([]);
  });
});

test('parameters of the query go along when a stream is opened', async () => {
  const upstream = await upstreamWith(['event: endpoint\ndata: /messages?s=1\n\n', MESSAGE]);
  const port = await gatewayFor(upstream, { query: { forward: ['folder'] } });

  await firstMessage(port, '/sse?folder=a&x=1');
  await statusOf(port, '/messages?s=1&folder=b');

  expect(upstream.seen).toEqual(['GET /sse?folder=a', 'POST /messages?s=1&folder=b']);
});
