import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type GatewayConfig, type GatewayStats, jwt } from '../src/index.ts';
import { send } from './support/client/send.ts';
import { closedPort } from './support/closed-port.ts';
import { AUDIENCE } from './support/jwt/gate.ts';
import { nowInSeconds } from './support/jwt/issued.ts';
import { keyServer, sign, signingKey } from './support/jwt/issuer.ts';
import { tenantServer } from './support/jwt/tenant-server.ts';
import { call } from './support/messages.ts';
import { serve } from './support/servers.ts';
import { startExample } from './support/start-example.ts';

/** An upstream that opens an event stream for each GET and holds every call. */
async function holdingUpstream(seen: (res: ServerResponse) => void = () => {}) {
  return serve((req, res) => {
    req.resume();
    seen(res);
    if (req.method !== 'GET') return;
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    res.write(': open\n\n');
  });
}

async function start(config: Omit<GatewayConfig, 'target'>, target: GatewayConfig['target']) {
  const gateway = createMcpGateway({ ...config, target });
  const { port } = await serve(express().use(gateway));
  return { gateway, port, url: `http://127.0.0.1:${port}/mcp` };
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

test('stats() counts what is open while five calls and three streams hang, and draining before the end', async () => {
  const held: ServerResponse[] = [];
  const { promise: allHeld, resolve } = Promise.withResolvers<void>();
  const upstream = await holdingUpstream((res) => {
    held.push(res);
    if (held.length === 8) resolve();
  });
  const { gateway, url } = await start({}, `http://127.0.0.1:${upstream.port}/mcp`);
  expect(gateway.stats()).toMatchObject({
    requests: { open: 0, total: 0, byReason: {} },
    streams: { open: 0 },
    draining: false,
  });
  const calls = Array.from({ length: 5 }, () =>
    fetch(url, { method: 'POST', headers: JSON_TYPE, body: call('x') }),
  );
  const streams = await Promise.all(Array.from({ length: 3 }, () => fetch(url)));
  await allHeld;
  expect(gateway.stats()).toMatchObject({
    requests: { open: 8, total: 8, byReason: {} },
    streams: { open: 3 },
    targets: [{ open: 8, streams: 3, lastFailure: undefined }],
  });

  const closed = gateway.close();
  expect(gateway.stats().draining).toBe(true);
  expect((await fetch(url)).status).toBe(503);
  await Promise.all(streams.map((stream) => stream.text()));
  expect(gateway.stats()).toMatchObject({
    draining: true,
    requests: { open: 5, total: 9, byReason: { draining: 1 } },
    streams: { open: 0 },
  });
  for (const res of held) res.end('{}');
  for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
  await closed;
  expect(gateway.stats().requests).toEqual({ open: 0, total: 9, byReason: { draining: 1 } });
});

test('what is not switched on is undefined, and targets are always a list', async () => {
  const before = Date.now();
  const { gateway } = await start({ name: 'tickets' }, 'http://127.0.0.1:1/mcp');
  const { since, ...stats } = gateway.stats();
  expect(stats).toEqual({
    gateway: 'tickets',
    config: expect.stringMatching(/^[0-9a-f]{8}$/) as unknown as string,
    updatedAt: undefined,
    draining: false,
    requests: { open: 0, total: 0, byReason: {} },
    streams: { open: 0, byUser: undefined, ofOthers: 0 },
    limits: undefined,
    sessions: undefined,
    targets: [
      {
        url: 'http://127.0.0.1:1/mcp',
        weight: 1,
        state: 'closed',
        open: 0,
        streams: 0,
        failures: 0,
        lastFailure: undefined,
        healthy: undefined,
        breaker: undefined,
        connections: { open: 0, idle: 0 },
      },
    ],
    keys: undefined,
  } satisfies Omit<GatewayStats, 'since'>);
  expect(since.getTime()).toBeGreaterThanOrEqual(before);
  expect(since.getTime()).toBeLessThanOrEqual(Date.now());
});

test('failures are counted by reason, also while an observer is told of them', async () => {
  const gone = await closedPort();
  const { gateway, port } = await start(
    { observe: { onRequest() {} }, policies: () => false },
    `http://127.0.0.1:${gone}/mcp`,
  );
  await send(port, { method: 'DELETE' });
  await send(port, { method: 'DELETE' });
  await send(port, { method: 'PUT' });
  await send(port, { body: call('x') });
  const { requests, targets } = gateway.stats();
  expect(requests).toEqual({
    open: 0,
    total: 4,
    byReason: { upstream_unreachable: 2, method_not_allowed: 1, policy_denied: 1 },
  });
  expect(targets[0]?.lastFailure).toEqual({
    at: expect.any(Date),
    reason: 'upstream_unreachable',
    detail: 'ECONNREFUSED',
  });
});

test('a target that a call could not reach has a failure, and the one that took its place has none', async () => {
  const { port: well } = await serve((req, res) => {
    req.resume();
    res.end('{}');
  });
  const gone = await closedPort();
  let calls = 0;
  const balance = () => {
    calls += 1;
    return String(calls);
  };
  const { gateway, port } = await start({ balance, breaker: false }, [
    `http://127.0.0.1:${gone}/mcp`,
    `http://127.0.0.1:${well}/mcp`,
  ]);
  // Half of all keys belong to either of them.
  for (let i = 0; i < 40; i += 1) expect((await send(port, { body: call('x') })).status).toBe(200);
  const { targets, requests } = gateway.stats();
  expect(targets.map(({ lastFailure }) => lastFailure)).toEqual([
    { at: expect.any(Date), reason: 'upstream_unreachable', detail: 'ECONNREFUSED' },
    undefined,
  ]);
  expect(requests).toEqual({ open: 0, total: 40, byReason: {} });
});

test('keys are known from the first token on, and since when they cannot be fetched', async () => {
  const key = await signingKey('key-1');
  const [well, down] = [await keyServer(key), await keyServer(key)];
  down.goDown();
  const authFor = ({ issuer, jwksUri }: typeof well) =>
    jwt({ issuer, jwksUri, audience: AUDIENCE });
  const gateway = createMcpGateway({
    target: 'http://127.0.0.1:1/mcp',
    auth: [authFor(well), () => null, authFor(down)],
    publicUrl: AUDIENCE,
  });
  const { port } = await serve(express().use(gateway));
  expect(gateway.stats().keys).toEqual([
    { issuer: well.issuer, fetchedAt: undefined, count: undefined, failingSince: undefined },
    { issuer: down.issuer, fetchedAt: undefined, count: undefined, failingSince: undefined },
  ]);
  const before = Date.now();
  for (const { issuer } of [well, down]) {
    const claims = { iss: issuer, aud: AUDIENCE, sub: 'alice', exp: nowInSeconds() + 60 };
    await send(port, { headers: { Authorization: `Bearer ${await sign(key, claims)}` } });
  }
  const now = gateway.stats();
  expect(now.keys).toEqual([
    { issuer: well.issuer, fetchedAt: expect.any(Date), count: 1, failingSince: undefined },
    {
      issuer: down.issuer,
      fetchedAt: undefined,
      count: undefined,
      failingSince: expect.any(Date),
    },
  ]);
  // Rounded, because it is told on another clock.
  expect(now.keys?.[0]?.fetchedAt?.getTime()).toBeGreaterThanOrEqual(before - 5);
  expect(now.requests.byReason).toMatchObject({ keys_unavailable: 1 });
});

test('of several tenants those are told whose keys were needed; keys by hand are not fetched', async () => {
  const server = await tenantServer();
  const [acme, globex] = [server.issuerOf('acme'), server.issuerOf('globex')];
  const key = await server.keyOf('acme');
  const issuer = { pattern: server.pattern, tenants: ['acme', 'globex', 'initech'] };
  const gateway = createMcpGateway({
    target: 'http://127.0.0.1:1/mcp',
    auth: [
      jwt({ issuer, audience: AUDIENCE }),
      jwt({ issuer: 'https://idp.example', audience: AUDIENCE, keys: { keys: [key.jwk] } }),
    ],
    publicUrl: AUDIENCE,
  });
  const { port } = await serve(express().use(gateway));
  expect(gateway.stats().keys).toBeUndefined();
  for (const iss of [acme, globex]) {
    const claims = { iss, aud: AUDIENCE, sub: 'alice', exp: nowInSeconds() + 60 };
    await send(port, { headers: { Authorization: `Bearer ${await sign(key, claims)}` } });
  }
  expect(gateway.stats().keys).toEqual([
    { issuer: acme, fetchedAt: expect.any(Date), count: 1, failingSince: undefined },
    {
      issuer: globex,
      fetchedAt: undefined,
      count: undefined,
      failingSince: expect.any(Date),
    },
  ]);
});

test('limits and sessions are counted where they are kept in this process, and only there', async () => {
  const { port: well } = await serve((req, res) => {
    req.resume();
    res.setHeader('Mcp-Session-Id', `s-${String(req.headers['x-case'])}`);
    res.end('{}');
  });
  const target = `http://127.0.0.1:${well}/mcp`;
  const auth = () => ({ subject: 'SECRET-subject' });
  const forward = { headers: { forward: ['X-Case'] } };
  const store = {
    increment: () => ({ totalHits: 1, resetTime: undefined }),
    decrement() {},
    resetKey() {},
  };
  const sessionStore = {
    get: () => undefined,
    add: (_key: string, value: string) => value,
    delete() {},
  };
  const window = '1m';
  const own = await start(
    {
      auth,
      ...forward,
      rateLimit: [
        { limit: 9, window },
        { limit: 9, window, by: 'user' },
      ],
    },
    target,
  );
  const shared = await start(
    { auth, ...forward, rateLimit: { limit: 9, window, store }, sessions: { store: sessionStore } },
    target,
  );
  for (const { port } of [own, shared]) {
    for (const name of ['a', 'b']) {
      await send(port, { body: call('x'), headers: { 'X-Case': name } });
    }
  }
  expect(own.gateway.stats()).toMatchObject({
    limits: [
      { name: 'ip-60s', keys: 1 },
      { name: 'user-60s', keys: 1 },
    ],
    sessions: { known: 2 },
  });
  expect(shared.gateway.stats()).toMatchObject({
    limits: [{ name: 'ip-60s', keys: undefined }],
    sessions: { known: undefined },
  });
  expect(JSON.stringify(own.gateway.stats())).not.toMatch(/SECRET/);
});

test('the readiness recipe answers 503 from SIGTERM on, while a call is still under way', async () => {
  const held = Promise.withResolvers<ServerResponse>();
  const upstream = await holdingUpstream(held.resolve);
  const {
    process: child,
    port,
    exit,
  } = await startExample('readiness.ts', {
    MCP_TARGET: `http://127.0.0.1:${upstream.port}/mcp`,
  });
  const isReady = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
  expect(await isReady()).toBe(200);
  const answer = fetch(`http://127.0.0.1:${port}/mcp`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: call('x'),
  });
  const res = await held.promise;
  child.kill('SIGTERM');
  while ((await isReady()) !== 503) await new Promise(setImmediate);
  res.end('{}');
  expect((await answer).status).toBe(200);
  // The channel to the test is all that keeps it alive.
  child.disconnect();
  expect(await exit).toEqual([0, null]);
});
