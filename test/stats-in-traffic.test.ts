import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type GatewayStats, jwt } from '../src/index.ts';
import { rawClient } from './support/client/raw.ts';
import { reasonOf } from './support/client/refusal.ts';
import { requestBytes } from './support/client/request.ts';
import { send } from './support/client/send.ts';
import { closedPort } from './support/closed-port.ts';
import { AUDIENCE } from './support/jwt/gate.ts';
import { nowInSeconds } from './support/jwt/issued.ts';
import { keyServer, sign, signingKey } from './support/jwt/issuer.ts';
import { call, message } from './support/messages.ts';
import { serve } from './support/servers.ts';

const INITIALIZE = message('initialize', '{"protocolVersion":"2025-11-25"}');

/** An upstream that is well, begins a session for each `initialize`, holds calls, and opens a stream for each GET. */
async function startUpstream() {
  const held: ServerResponse[] = [];
  let sessions = 0;
  const { port } = await serve((req, res) => {
    let body = '';
    req.on('data', (chunk) => {
      body += chunk;
    });
    req.on('end', () => {
      if (req.url?.startsWith('/healthz')) res.end();
      else if (req.method === 'GET') {
        res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write('data: 1\n\n');
      } else if (body.includes('"held"')) held.push(res);
      else {
        if (body.includes('"initialize"')) {
          sessions += 1;
          res.setHeader('Mcp-Session-Id', `SECRET-session-${sessions}`);
        }
        res.setHeader('Content-Type', 'application/json').end('{"jsonrpc":"2.0","id":1}');
      }
    });
  });
  return { port, held };
}

test('each member of stats() says what has happened, and none holds a secret', async () => {
  const keys = [await signingKey('key-1'), await signingKey('key-2')] as const;
  const server = await keyServer(...keys);
  const { issuer, jwksUri } = server;
  const upstream = await startUpstream();
  const gone = await closedPort();
  const [well, away] = [upstream.port, gone].map((port) => `http://127.0.0.1:${port}/mcp`);
  let wanted = 'well';
  const gateway = createMcpGateway({
    name: 'tickets',
    target: [`${well}?key=SECRET-well`, `${away}?key=SECRET-away`],
    publicUrl: AUDIENCE,
    auth: jwt({ issuer, jwksUri, audience: AUDIENCE }),
    breaker: { failures: 1, openFor: '1h' },
    // A key that belongs to the target that is away is found by trying.
    balance: () => wanted,
    rateLimit: [
      { name: 'all', limit: 1000, window: '1h' },
      { name: 'tool', limit: 1, window: '1h', by: 'user', match: { name: 'rare' } },
    ],
    headers: { set: { 'X-Key': 'SECRET-header' } },
    onError() {},
  });
  const { port } = await serve(express().use(gateway));
  const tokenOf = async (sub: string) => {
    const claims = { iss: issuer, aud: AUDIENCE, sub, client_id: 'app', exp: nowInSeconds() + 600 };
    return { Authorization: `Bearer ${await sign(keys[0], claims)}` };
  };
  const [ada, bob] = [await tokenOf('ada'), await tokenOf('bob')];
  const open = async (headers: Record<string, string>) => {
    const client = (await rawClient(port)).send(requestBytes({ method: 'GET', headers }));
    await client.has(/data: 1\n\n/);
    return client;
  };

  const fresh = gateway.stats();
  expect(fresh).toMatchObject({
    gateway: 'tickets',
    config: expect.stringMatching(/^[0-9a-f]{8}$/),
    updatedAt: undefined,
    draining: false,
    requests: { open: 0, total: 0, byReason: {} },
    streams: { open: 0, byUser: [], ofOthers: 0 },
    sessions: { known: 0 },
    limits: [
      { name: 'all', keys: 0, refused: 0 },
      { name: 'tool', keys: 0, refused: 0 },
    ],
    keys: [{ issuer, fetchedAt: undefined, count: undefined, failingSince: undefined }],
  });

  // Until one of them has met the target that is away, which opens its breaker.
  let calls = 0;
  while (gateway.targets()[1]?.state !== 'open') {
    calls += 1;
    wanted = `key ${calls}`;
    await send(port, { body: call('x'), headers: ada });
  }
  expect((await send(port, { body: INITIALIZE, headers: ada })).status).toBe(200);
  for (let i = 0; i < 3; i += 1) await send(port, { body: call('rare'), headers: ada });
  expect(reasonOf(await send(port, { body: call('x') }))).toBe('unauthorized');
  const streams = [await open(ada), await open(bob), await open(bob)];
  const answer = send(port, { body: call('held'), headers: bob });
  while (upstream.held.length === 0) await new Promise(setImmediate);

  const { targets, ...now } = gateway.stats();
  const { rate_limited: limited, upstream_unreachable: unreachable = 0 } = now.requests.byReason;
  expect(limited).toBe(2);
  expect(unreachable).toBeLessThanOrEqual(1);
  const user = (subject: string) => ({ subject, issuer, clientId: 'app' });
  expect(now).toEqual({
    gateway: 'tickets',
    config: fresh.config,
    since: fresh.since,
    updatedAt: undefined,
    draining: false,
    requests: { open: 4, total: calls + 1 + 3 + 1 + 3 + 1, byReason: expect.any(Object) as never },
    streams: {
      open: 3,
      byUser: [
        { user: user('bob'), open: 2 },
        { user: user('ada'), open: 1 },
      ],
      ofOthers: 0,
    },
    limits: [
      { name: 'all', keys: 1, refused: 0 },
      { name: 'tool', keys: 1, refused: 2 },
    ],
    sessions: { known: 1 },
    keys: [{ issuer, fetchedAt: expect.any(Date) as never, count: 2, failingSince: undefined }],
  } satisfies Omit<GatewayStats, 'targets'>);
  const inAnHour = Date.now() + 3_600_000;
  const until = targets[1]?.breaker?.openUntil?.getTime() ?? 0;
  expect(until).toBeGreaterThan(inAnHour - 60_000);
  expect(until).toBeLessThan(inAnHour + 0.1 * 3_600_000 + 60_000);
  expect(targets).toEqual([
    {
      url: `${well}?key=•••`,
      weight: 1,
      state: 'closed',
      open: 4,
      streams: 3,
      failures: 0,
      lastFailure: undefined,
      healthy: undefined,
      breaker: { state: 'closed', failures: 0, openUntil: undefined },
      connections: { open: expect.any(Number) as never, idle: expect.any(Number) as never },
    },
    {
      url: `${away}?key=•••`,
      weight: 1,
      state: 'open',
      open: 0,
      streams: 0,
      failures: 1,
      lastFailure: {
        at: expect.any(Date) as never,
        reason: 'upstream_unreachable',
        detail: 'ECONNREFUSED',
      },
      healthy: undefined,
      breaker: { state: 'open', failures: 1, openUntil: expect.any(Date) as never },
      connections: { open: 0, idle: 0 },
    },
  ] satisfies GatewayStats['targets']);
  const { connections } = targets[0] as (typeof targets)[0];
  expect((connections?.open ?? 0) - (connections?.idle ?? 0)).toBe(4);
  const told = JSON.stringify([fresh, now, targets]);
  expect(told).not.toMatch(/SECRET|eyJ/);

  upstream.held[0]?.end('{}');
  await answer;
  for (const { socket } of streams) socket.destroy();
  while (gateway.stats().requests.open > 0) await new Promise(setImmediate);
  expect(gateway.stats().streams).toEqual({ open: 0, byUser: [], ofOthers: 0 });
});

test.each(['http-proxy-middleware', 'undici'] as const)(
  'connections are counted, and those that wait for a request (%s)',
  async (engine) => {
    const upstream = await startUpstream();
    const gateway = createMcpGateway({ target: `http://127.0.0.1:${upstream.port}/mcp`, engine });
    const { port } = await serve(express().use(gateway));
    const now = () => gateway.stats().targets[0]?.connections;
    expect(now()).toEqual({ open: 0, idle: 0 });
    const answer = send(port, { body: call('held') });
    while (upstream.held.length === 0) await new Promise(setImmediate);
    expect(now()).toEqual({ open: 1, idle: 0 });
    upstream.held[0]?.end('{}');
    await answer;
    while (now()?.idle !== 1) await new Promise(setImmediate);
    expect(now()).toEqual({ open: 1, idle: 1 });
    upstream.held[0]?.req.socket.destroy();
    while (now()?.open !== 0) await new Promise(setImmediate);
    expect(now()).toEqual({ open: 0, idle: 0 });
  },
);

test('a hundred users are named, those with most streams; what others have is one number', async () => {
  const upstream = await startUpstream();
  const gateway = createMcpGateway({
    target: `http://127.0.0.1:${upstream.port}/mcp`,
    auth: (req) => ({ subject: String(req.headers['x-user']) }),
  });
  const { port } = await serve(express().use(gateway));
  const users = Array.from({ length: 103 }, (_, i) => `user ${i}`);
  const openFor = async (user: string) => {
    const bytes = requestBytes({ method: 'GET', headers: { 'X-User': user } });
    await (await rawClient(port)).send(bytes).has(/data: 1\n\n/);
  };
  await Promise.all([...users, 'user 102'].map(openFor));
  const { open, byUser = [], ofOthers } = gateway.stats().streams;
  expect([open, byUser.length, ofOthers]).toEqual([104, 100, 3]);
  expect(byUser[0]).toEqual({
    user: { subject: 'user 102', issuer: undefined, clientId: undefined },
    open: 2,
  });
});

test('what a health check says is told, and undefined where there is none', async () => {
  const upstream = await startUpstream();
  const target = `http://127.0.0.1:${upstream.port}/mcp`;
  const health = { path: '/healthz', every: '1h' } as const;
  const gateway = createMcpGateway({ target, health });
  const sick = createMcpGateway({
    target: `http://127.0.0.1:${await closedPort()}/mcp`,
    health: { ...health, every: '5ms' },
  });
  while (sick.stats().targets[0]?.healthy !== false) await new Promise(setImmediate);
  expect(sick.stats().targets).toMatchObject([{ state: 'unhealthy', healthy: false }]);
  expect(gateway.stats().targets).toMatchObject([{ state: 'closed', healthy: true }]);
  await Promise.all([gateway.close(), sick.close()]);
  gateway.update({ target: (_req, res) => res.end() });
  expect(gateway.stats().targets).toMatchObject([{ healthy: undefined, connections: undefined }]);
});
