import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { type DescribedRequest, denyTools, type GatewayConfig } from '../../src/index.ts';
import { type RawClient, rawClient } from '../support/client/raw.ts';
import { type RecordingUpstream, recordingUpstream } from '../support/upstream.ts';
import { call, type Rig, sendDescribed, startRig, verdictOf } from './support/both.ts';

const LEGACY: Partial<GatewayConfig> = {
  legacySse: { path: '/sse', messagePath: '/messages' },
  heartbeat: false,
};
const HEADERS = { Host: 'gateway.example', 'Content-Type': 'application/json' };
const STREAM: DescribedRequest = {
  method: 'GET',
  headers: { Host: 'gateway.example', Accept: 'text/event-stream' },
  url: '/sse',
};
const messageTo = (url: string, body = call('delete_all')): DescribedRequest => ({
  headers: HEADERS,
  body,
  url,
});
const MESSAGE = messageTo('/messages?sessionId=1');
const ENDPOINT = 'event: endpoint\ndata: /messages?sessionId=1\n\n';
const DENIED = { policies: denyTools('delete_*') };

interface OlderServer extends RecordingUpstream {
  /** The answers to the streams, to write to. */
  readonly streams: ServerResponse[];
}

async function olderServer(): Promise<OlderServer> {
  const streams: ServerResponse[] = [];
  const upstream = await recordingUpstream((req, res) => {
    if (req.method === 'POST') res.writeHead(202).end('Accepted');
    else {
      streams.push(res);
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(ENDPOINT);
    }
  });
  return { ...upstream, streams };
}

interface OlderRig extends Rig {
  readonly upstream: OlderServer;
}

async function startOlder(config: Partial<GatewayConfig> = {}, mountedAt = '/'): Promise<OlderRig> {
  const upstream = await olderServer();
  return { ...(await startRig({ ...LEGACY, ...config }, { upstream, mountedAt })), upstream };
}

/** Opens a stream and waits for its endpoint. */
async function openStream({ port }: Rig, more = '', path = '/sse'): Promise<RawClient> {
  const client = (await rawClient(port)).send(
    `GET ${path} HTTP/1.1\r\nHost: gateway.example\r\nAccept: text/event-stream\r\n${more}\r\n`,
  );
  await client.has(/data: \S+\n\n/);
  return client;
}

describe('a refused message is explained as it is answered', () => {
  const rows: Readonly<Record<string, Row>> = {
    'on the stream of its session': { config: DENIED, status: 202, isOnStream: true },
    'by status, where there is no such stream': {
      config: DENIED,
      request: messageTo('/messages?sessionId=2'),
      status: 403,
    },
    'by status, where denyAs says so': { config: { ...DENIED, denyAs: 'http' }, status: 403 },
    "by status, where the stream is another's": {
      config: DENIED,
      more: 'Authorization: Bearer another\r\n',
      status: 403,
    },
    'by status, in front of the limits': {
      config: { hosts: ['other.example', '127.0.0.1'] },
      more: 'Host: other.example\r\n',
      status: 403,
      isRefusedStream: true,
    },
    'on the stream, where a limit is reached': {
      config: { rateLimit: { limit: 1, window: '1h' } },
      status: 202,
      isOnStream: true,
    },
    'on the stream, where it is too large': {
      config: { bodyLimit: 20 },
      status: 202,
      isOnStream: true,
    },
    'on the stream, whatever stands around its id': {
      config: DENIED,
      request: messageTo('/messages?sessionId=1', call('delete_all').replace('"id":1', '"id":\n1')),
      status: 202,
      isOnStream: true,
    },
  };

  interface Row {
    readonly config: Partial<GatewayConfig>;
    readonly request?: DescribedRequest;
    /** Header lines of the stream. */
    readonly more?: string;
    readonly status: number;
    readonly isOnStream?: boolean;
    readonly isRefusedStream?: boolean;
  }

  test.each(Object.entries(rows))(
    '%s',
    async (_, { config, request = MESSAGE, more, status, isOnStream = false, isRefusedStream }) => {
      const rig = await startOlder(config);
      const client = isRefusedStream ? undefined : await openStream(rig, more);
      const [before, stats] = [client?.text, rig.gateway.stats()];

      const explained = verdictOf(await rig.gateway.explain(request));
      expect(verdictOf(await rig.gateway.explain(request))).toEqual(explained);
      expect(rig.gateway.stats()).toEqual(stats);
      expect(client?.text).toBe(before);
      expect(explained).toMatchObject({ status, denying: 1 });

      const { record } = await sendDescribed(rig, request);
      const { slot, reason, policy, detail } = explained;
      expect(record).toMatchObject({ slot, reason, status });
      expect([record.policy, record.detail]).toEqual([policy, detail]);
      expect(rig.upstream.seen.filter(({ method }) => method === 'POST')).toEqual([]);
      if (!isOnStream) return;
      // What was explained is not on the stream, and what was sent is there once.
      await client?.has(/"error"/);
      rig.upstream.streams[0]?.write('data: last\n\n');
      await client?.has(/data: last\n\n/);
      expect(client?.text.match(/"error"/g)).toHaveLength(1);
    },
  );
});

test.each([
  { at: 'the stream', request: { ...MESSAGE, method: 'POST', url: '/sse' } },
  { at: 'the messages', request: { ...STREAM, url: '/messages?sessionId=1' } },
  { at: 'the messages', request: { ...STREAM, method: 'DELETE', url: '/messages?sessionId=1' } },
])('each leg has its own method: $request.method at $at', async ({ request }) => {
  const rig = await startOlder();
  const explained = verdictOf(await rig.gateway.explain(request));
  expect(explained).toMatchObject({ slot: 'methods', reason: 'method_not_allowed', status: 405 });
  const { record } = await sendDescribed(rig, request);
  expect(record).toMatchObject({ slot: 'methods', reason: 'method_not_allowed', status: 405 });
});

test('a stream and a message that are relayed have the headers that the upstream gets', async () => {
  const rig = await startOlder({ headers: { set: { 'X-Plan': 'gold' } } }, '/api');
  const stream = await rig.gateway.explain({ ...STREAM, url: '/api/sse' });
  await openStream(rig, '', '/api/sse');
  const message = messageTo('/api/messages?sessionId=1', call('add'));
  const { reason, headers } = await rig.gateway.explain(message);
  const sent = sendDescribed(rig, message);
  expect((await sent).status).toBe(202);
  expect([stream.reason, reason]).toEqual(['relayed', 'relayed']);
  const [opened, posted] = rig.upstream.seen;
  for (const [explained, seen] of [
    [stream.headers, opened],
    [headers, posted],
  ] as const) {
    const { connection, ...came } = seen?.headers ?? {};
    expect(explained).toEqual(came);
  }
  expect([opened?.url, posted?.url]).toEqual(['/up/sse', '/messages?sessionId=1']);
});

describe('which route a URL is for', () => {
  test.each([
    { url: '/mcp', path: '/mcp', slot: 'methods' },
    { url: '/api/mcp/', path: '/mcp', slot: 'methods' },
    { url: '/sse', path: '/', slot: undefined },
    { url: '/deep/er/sse/', path: '/', slot: undefined },
    { url: '/deep/er', path: '/', slot: 'methods' },
  ])('$url of a gateway at $path', async ({ url, path, slot }) => {
    const { gateway } = await startOlder({ path, methods: ['POST'] });
    const { slots } = await gateway.explain({ ...STREAM, url });
    expect(slots.find(({ outcome }) => outcome === 'deny')?.slot).toBe(slot);
  });

  test('none of them is a mistake', async () => {
    const { gateway } = await startOlder();
    for (const url of ['/other', '/ssse', '/mcp/sse/x', 'sse']) {
      await expect(gateway.explain({ ...STREAM, url })).rejects.toThrow(
        /its path ends with \/mcp or \/sse or \/messages/,
      );
    }
  });
});

test('a stream that ends while it is explained is not written to', async () => {
  const rig = await startOlder(DENIED);
  const client = await openStream(rig);
  const explained = rig.gateway.explain(MESSAGE);
  rig.upstream.streams[0]?.end();
  await explained;
  await once(client, 'change');
  expect(client.text).not.toContain('"error"');
});
