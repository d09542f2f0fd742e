import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import connect from 'connect';
import {
  type GatewayConfig,
  introspection,
  type JwtOptions,
  mcpProxy,
  principalOf,
  requireAuth,
} from '../../src/index.ts';
import { type RawClient, rawClient } from '../support/client/raw.ts';
import { holdTime, inHeldTime } from '../support/fake-time.ts';
import { startGateway } from '../support/gateway.ts';
import { AUDIENCE } from '../support/jwt/gate.ts';
import { nowInSeconds, startIssuer } from '../support/jwt/issued.ts';
import { serve } from '../support/servers.ts';
import { recordingUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';
import { active, introspectionServer, says } from './support/introspection-server.ts';

const BEARER = { Authorization: 'Bearer opaque' };
const LISTEN = { 'Mcp-Method': 'subscriptions/listen' };
const CALL = { 'Mcp-Method': 'tools/call' };

interface Opened {
  readonly client: RawClient;
  readonly stream: ServerResponse;
  readonly observer: ReturnType<typeof witness>;
  /** When the token is no longer good, in milliseconds since the epoch. */
  readonly endMs: number;
  /** Resolves when the upstream has lost the stream. */
  readonly lost: Promise<unknown>;
}

/** Far enough that no machine is too slow to open a stream before. */
const LIFETIME_S = 60;
const MINUTE_MS = 60_000;
const LAST_CHUNK = /\r\n0\r\n\r\n$/;

// Tokens expire when a test says so.
beforeEach(holdTime);

/** Time passes until then. */
function until(ms: number): void {
  jest.advanceTimersByTime(ms - Date.now());
}

/** The stream is open. */
async function expectOpen({ client, stream }: Opened): Promise<void> {
  stream.write('data: open\n\n');
  await client.has(/data: open\n\n/);
  expect(client.text).toMatch(/data: open\n\n\r\n$/);
}

/** An event stream that is open, and would stay so. */
async function opened(
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> },
  options: Partial<JwtOptions> = {},
  config: Partial<GatewayConfig> = {},
): Promise<Opened> {
  const idp = await startIssuer();
  let lost: Promise<unknown> = Promise.resolve();
  const stream = Promise.withResolvers<ServerResponse>();
  const { target } = await recordingUpstream((_req, res) => {
    lost = new Promise((resolve) => res.once('close', resolve));
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n');
    stream.resolve(res);
  });
  const observer = witness();
  const { port } = await startGateway({
    target,
    publicUrl: 'https://gateway.example/mcp',
    auth: idp.authWith({ clockTolerance: false, ...options }),
    observe: observer,
    ...config,
  });
  const exp = nowInSeconds() + LIFETIME_S;
  const own = { ...(await idp.bearer({ exp })), ...headers };
  const body = method === 'POST' ? '{"jsonrpc":"2.0","id":1,"method":"x"}' : '';
  const fields = Object.entries({ Host: 'a', 'Content-Length': body.length, ...own });
  const client = await rawClient(port);
  client.send(
    `${method} /mcp HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
  await client.has(/data: first/);
  return { client, stream: await stream.promise, observer, endMs: exp * 1000, lost };
}

describe('a stream ends when its token does', () => {
  test.each<[string, { method?: string; headers?: Record<string, string> }]>([
    ['GET', {}],
    ['GET, resumed', { headers: { 'Last-Event-ID': '7' } }],
    ['subscriptions/listen', { method: 'POST', headers: LISTEN }],
  ])('%s: in order, and the upstream learns of it', async (_, request) => {
    const own = await opened(request);
    const { client, observer, endMs, lost } = own;
    until(endMs - 1);
    await expectOpen(own);
    until(endMs);
    expect(await client.has(LAST_CHUNK)).toMatch(/data: open\n\n\r\n0\r\n\r\n$/);
    await lost;
    expect(await observer.record()).toMatchObject({ status: 200, end: 'token_expired' });
  });

  test('clockTolerance is the time of grace that the token has everywhere', async () => {
    const own = await opened({}, { clockTolerance: 700 });
    until(own.endMs + 699);
    await expectOpen(own);
    until(own.endMs + 700);
    expect(await own.client.has(LAST_CHUNK)).toMatch(LAST_CHUNK);
  });

  test.each([
    ['ends with it', undefined, 'token_expired'],
    ['outlives it with closeOnExpiry: false', false, 'complete'],
  ])('one that was introspected: the stream %s', async (_, closeOnExpiry, end) => {
    // With 30 s of tolerance.
    const exp = nowInSeconds() + LIFETIME_S - 30;
    const server = await introspectionServer(says(() => active({ exp })));
    const auth = introspection({
      url: server.url,
      clientId: 'gateway',
      clientSecret: 'secret',
      audience: AUDIENCE,
      ...(closeOnExpiry !== undefined && { closeOnExpiry }),
    });
    const own = await opened({ headers: BEARER }, {}, { auth });
    const { client, stream, observer } = own;
    until((exp + 30) * 1000 - 1);
    await expectOpen(own);
    until((exp + 30) * 1000);
    if (closeOnExpiry === false) stream.end('data: last\n\n');
    await client.has(LAST_CHUNK);
    expect(await observer.record()).toMatchObject({ status: 200, end });
  });

  test('whatever authenticates behind the one that took the token', async () => {
    const idp = await startIssuer();
    const { target } = await recordingUpstream((_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: first\n\n');
    });
    const publicUrl = 'https://gateway.example/mcp';
    const { port } = await serve(
      connect()
        .use(requireAuth(idp.authWith({ clockTolerance: false }), { publicUrl }))
        .use(requireAuth((req) => principalOf(req) ?? null))
        .use(mcpProxy({ target, heartbeat: false })),
    );
    const exp = nowInSeconds() + LIFETIME_S;
    const headers = (await idp.bearer({ exp })) as Record<string, string>;
    const answer = await fetch(`http://127.0.0.1:${port}/`, { headers });
    until(exp * 1000);
    expect(await answer.text()).toBe('data: first\n\n');
  });

  test('an event that has begun comes to its end first', async () => {
    const { client, stream, endMs } = await opened({});
    stream.write('id: 2\ndata: sec');
    await client.has(/data: sec/);
    until(endMs);
    stream.write('ond\n\ndata: third\n\n');
    const text = await client.has(LAST_CHUNK);
    expect(text).toMatch(/data: sec\r\n[0-9a-f]+\r\nond\n\n/);
  });

  test('an event that never ends is cut, so that nobody takes it for whole', async () => {
    const { client, stream, observer, endMs } = await opened({});
    stream.write('data: half');
    await client.has(/data: half/);
    until(endMs);
    const text = await inHeldTime(client.closed());
    expect(text).not.toMatch(LAST_CHUNK);
    expect(await observer.record()).toMatchObject({ end: 'token_expired' });
  });

  test('the answer to a call, and a stream with closeOnExpiry: false, outlive it', async () => {
    const all = await Promise.all([
      opened({ method: 'POST', headers: CALL }),
      opened({ method: 'POST' }),
      opened({}, { closeOnExpiry: false }),
    ]);
    for (const { endMs } of all) until(endMs + MINUTE_MS);
    for (const { client, stream, observer } of all) {
      stream.end('data: last\n\n');
      expect(await client.has(LAST_CHUNK)).toContain('data: last\n\n');
      expect(await observer.record()).toMatchObject({ end: 'complete' });
    }
  });

  test('that of an authenticator that knows no end stays open', async () => {
    const { client, stream, endMs } = await opened({}, {}, { auth: () => ({ subject: 'alice' }) });
    until(endMs + MINUTE_MS);
    stream.end('data: last\n\n');
    expect(await client.has(LAST_CHUNK)).toContain('data: last\n\n');
  });
});
