import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { toolPinning } from '../../src/exports/pinning.ts';
import { type GatewayConfig, jwt } from '../../src/index.ts';
import { headerOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { closedPort } from '../support/closed-port.ts';
import { AUDIENCE } from '../support/jwt/gate.ts';
import { nowInSeconds } from '../support/jwt/issued.ts';
import { keyServer, sign, signingKey } from '../support/jwt/issuer.ts';
import { call, message } from '../support/messages.ts';
import { serve } from '../support/servers.ts';
import { tool, toolServer } from '../support/tool-server.ts';
import { believing, startUpdatable, startUpstream } from './support/updatable.ts';

const CALL = { body: call('x') };
const ada = { headers: { 'X-User': 'ada' } };

describe('limits', () => {
  const limit = { limit: 2, window: '1h', name: 'calls' } as const;

  test('of the same name and window go on counting, under another limit as well', async () => {
    const { target } = await startUpstream();
    const { gateway, send } = await startUpdatable({ target, rateLimit: limit });
    await send(CALL);
    gateway.update({ target, rateLimit: { ...limit, limit: 3 } });
    expect(gateway.stats().limits).toEqual([{ name: 'calls', keys: 1, refused: 0 }]);
    expect((await send(CALL)).status).toBe(200);
    expect((await send(CALL)).status).toBe(200);
    expect((await send(CALL)).status).toBe(429);
    gateway.update({ target, rateLimit: { ...limit, limit: 5 } });
    expect(gateway.stats().limits).toEqual([{ name: 'calls', keys: 1, refused: 1 }]);
    expect((await send(CALL)).status).toBe(200);
    expect((await send(CALL)).status).toBe(429);
  });

  test('without a name go on counting on the same terms, and begin anew on others', async () => {
    const { target } = await startUpstream();
    const { gateway, send } = await startUpdatable({
      target,
      rateLimit: { limit: 1, window: '1h' },
    });
    await send(CALL);
    gateway.update({ target, rateLimit: { limit: 1, window: '1h' }, heartbeat: '20s' });
    expect((await send(CALL)).status).toBe(429);
    gateway.update({ target, rateLimit: { limit: 1, window: '2h' } });
    expect((await send(CALL)).status).toBe(200);
  });

  test('of a bucket go on with what is left in it, under another burst as well', async () => {
    const { target } = await startUpstream();
    const bucket = { refill: { amount: 1, every: '1h' }, name: 'calls' } as const;
    const { gateway, send } = await startUpdatable({ target, rateLimit: { ...bucket, burst: 2 } });
    await send(CALL);
    await send(CALL);
    gateway.update({ target, rateLimit: { ...bucket, burst: 3 } });
    expect((await send(CALL)).status).toBe(200);
    expect((await send(CALL)).status).toBe(429);
  });
});

describe('sessions', () => {
  test('go on for their owners alone, also with another ttl and a lower bound', async () => {
    const { target } = await startUpstream();
    const { gateway, send, begin } = await startUpdatable({ target, auth: believing });
    const id = await begin(ada);
    gateway.update({ target, auth: (req) => believing(req), sessions: { ttl: '2h', max: 10 } });
    expect(gateway.stats().sessions).toEqual({ known: 1 });
    const of = (user: string) => ({ ...CALL, headers: { 'X-User': user, 'Mcp-Session-Id': id } });
    expect((await send(of('ada'))).status).toBe(200);
    expect((await send(of('eve'))).status).toBe(404);
  });

  test('over a lower bound go, so that no more are remembered than may be', async () => {
    const { target } = await startUpstream();
    const { gateway, begin } = await startUpdatable({ target, auth: believing });
    for (let i = 0; i < 5; i += 1) await begin(ada);
    gateway.update({ target, auth: believing, sessions: { max: 2 } });
    expect(gateway.stats().sessions).toEqual({ known: 2 });
  });

  test('do not survive a time without auth, when nobody asked whose they are', async () => {
    const { target } = await startUpstream();
    const { gateway, send, begin } = await startUpdatable({ target, auth: believing });
    const id = await begin(ada);
    gateway.update({ target });
    gateway.update({ target, auth: believing });
    const answer = await send({ ...CALL, headers: { 'X-User': 'ada', 'Mcp-Session-Id': id } });
    expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
  });

  test('stay at their target while another is added in front of it, and end with it', async () => {
    const [a, b, c] = [
      await startUpstream('a'),
      await startUpstream('b'),
      await startUpstream('c'),
    ];
    const base: Omit<GatewayConfig, 'target'> = { publicUrl: 'https://mcp.example/mcp' };
    const { gateway, send, begin } = await startUpdatable({
      ...base,
      target: [a.target, b.target],
    });
    const id = await begin();
    const home = id.startsWith('a') ? a : b;
    const inSession = { ...CALL, headers: { 'Mcp-Session-Id': id } };
    gateway.update({ ...base, target: [c.target, home.target] });
    for (let i = 0; i < 5; i += 1) {
      expect(headerOf(await send(inSession), 'X-Upstream')).toBe(home === a ? 'a' : 'b');
    }
    gateway.update({ ...base, target: [c.target, (home === a ? b : a).target] });
    expect((await send(inSession)).status).toBe(404);
  });
});

describe('event streams', () => {
  test('count on under their caps, also where no cap held in between', async () => {
    const { target } = await startUpstream();
    const streams = { perIp: 1 };
    const { gateway, send, open } = await startUpdatable({ target, streams });
    const first = await open();
    gateway.update({ target });
    gateway.update({ target, streams, heartbeat: '20s' });
    expect((await send({ method: 'GET' })).status).toBe(429);
    const closed = once(first.socket, 'close');
    first.socket.destroy();
    await closed;
    while (gateway.stats().streams.open > 0) await new Promise(setImmediate);
    await open();
  });

  test('stay as they are by default, and are counted where they go', async () => {
    const [a, b] = [await startUpstream('a'), await startUpstream('b')];
    const { gateway, open } = await startUpdatable({ target: a.target });
    const stream = await open();
    gateway.update({ target: b.target });
    expect(gateway.stats().streams.open).toBe(1);
    expect(gateway.targets()).toMatchObject([{ url: b.target, open: 0, streams: 0 }]);
    gateway.update({ target: a.target });
    a.streams[0]?.write('data: 2\n\n');
    await stream.has(/data: 2\n\n/);
    expect(stream.ending).toBeUndefined();
  });
});

describe('targets', () => {
  const breaker = { failures: 1, openFor: '1h' } as const;

  test('keep an open breaker while its terms are the same, whatever else changes', async () => {
    const gone = await closedPort();
    const target = `http://127.0.0.1:${gone}/mcp`;
    const { gateway, send } = await startUpdatable({ target, breaker });
    await send(CALL);
    expect(gateway.targets()).toMatchObject([{ state: 'open', failures: 1 }]);
    gateway.update({
      target,
      breaker: { ...breaker },
      timeout: { response: '5s' },
      engine: 'http-proxy-middleware',
    });
    expect(gateway.targets()).toMatchObject([{ state: 'open', failures: 1 }]);
    expect(gateway.stats().targets[0]?.lastFailure).toMatchObject({ detail: 'ECONNREFUSED' });
    expect(reasonOf(await send(CALL))).toBe('upstream_unavailable');
    gateway.update({ target, breaker: { ...breaker, failures: 2 } });
    expect(gateway.targets()).toMatchObject([{ state: 'closed', failures: 0 }]);
  });

  test('that are drained stay drained under another breaker, timer, weight or place', async () => {
    const [a, b, c] = [
      await startUpstream('a'),
      await startUpstream('b'),
      await startUpstream('c'),
    ];
    const { gateway, send } = await startUpdatable({ target: [a.target, b.target] });
    const drained = gateway.drain(b.target, { graceMs: Number.POSITIVE_INFINITY });
    gateway.update({
      target: [c.target, b.target, b.target],
      breaker: { failures: 9 },
      timeout: { idle: '1m' },
    });
    expect(gateway.targets()).toMatchObject([
      { url: c.target, state: 'closed', weight: 1 },
      { url: b.target, state: 'draining', weight: 2 },
    ]);
    for (let i = 0; i < 5; i += 1) expect(headerOf(await send(CALL), 'X-Upstream')).toBe('c');
    gateway.restore(b.target);
    await drained;
    expect(gateway.targets()[1]).toMatchObject({ state: 'closed' });
  });

  test('whose drain goes on do so when they are not targets any more, and their streams end', async () => {
    const [a, b] = [await startUpstream('a'), await startUpstream('b')];
    const publicUrl = 'https://mcp.example/mcp';
    const { gateway, open, begin } = await startUpdatable({
      target: [a.target, b.target],
      publicUrl,
    });
    const id = await begin();
    const [home, other] = id.startsWith('a') ? [a, b] : [b, a];
    const stream = await open({ headers: { 'Mcp-Session-Id': id } });
    const drained = gateway.drain(home.target, { graceMs: 20 });
    gateway.update({ target: other.target });
    await drained;
    expect(await stream.closed()).toMatch(/data: 1\n\n\r\n0\r\n\r\n$/);
    expect(() => gateway.restore(home.target)).toThrow(RangeError);
  });

  test('whose drain has no end are over with their last request when they are not targets any more', async () => {
    const [a, b] = [await startUpstream('a'), await startUpstream('b')];
    const { gateway, open } = await startUpdatable({ target: [a.target, b.target] });
    const stream = await open({});
    const [home, other] = (await stream.has(/\r\n\r\n/)).includes('X-Upstream: a')
      ? [a, b]
      : [b, a];
    let isOver = false;
    const drained = gateway.drain(home.target, { graceMs: Number.POSITIVE_INFINITY }).then(() => {
      isOver = true;
    });
    gateway.update({ target: other.target });
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    stream.socket.destroy();
    await drained;
  });

  test('are asked how they are as long as an option says so, and not a moment longer', async () => {
    const asked: string[] = [];
    let isWell = false;
    const { server, port } = await serve((req, res) => {
      asked.push(req.url ?? '');
      res.statusCode = isWell || req.method === 'POST' ? 200 : 500;
      res.end('{}');
    });
    const target = `http://127.0.0.1:${port}/mcp`;
    const health = { path: '/healthz', every: '5ms' } as const;
    const { gateway, send } = await startUpdatable({ target, health });
    while (gateway.targets()[0]?.state !== 'unhealthy') await once(server, 'request');
    expect(reasonOf(await send(CALL))).toBe('upstream_unavailable');
    // Another path is asked from now on; until it answers well, what the other said holds.
    gateway.update({ target, health: { ...health, path: '/other' } });
    expect(gateway.targets()).toMatchObject([{ state: 'unhealthy' }]);
    const before = asked.length;
    isWell = true;
    while (gateway.targets()[0]?.state !== 'closed') await once(server, 'request');
    expect(asked.slice(before + 1)).not.toContain('/healthz');
    isWell = false;
    while (gateway.targets()[0]?.state !== 'unhealthy') await once(server, 'request');
    gateway.update({ target });
    expect(gateway.targets()).toMatchObject([{ state: 'closed' }]);
    expect((await send(CALL)).status).toBe(200);
    const requests = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(asked.slice(requests + 1)).toEqual([]);
  });
});

test('keys that were fetched are used on where the same jwt() is given again', async () => {
  const key = await signingKey('key-1');
  const server = await keyServer(key);
  const { issuer, jwksUri } = server;
  const { target } = await startUpstream();
  const auth = jwt({ issuer, jwksUri, audience: AUDIENCE });
  const config = { target, auth, publicUrl: AUDIENCE };
  const { gateway, send } = await startUpdatable(config);
  const claims = { iss: issuer, aud: AUDIENCE, sub: 'alice', exp: nowInSeconds() + 60 };
  const request = { ...CALL, headers: { Authorization: `Bearer ${await sign(key, claims)}` } };
  expect((await send(request)).status).toBe(200);
  server.goDown();
  gateway.update({ ...config, filterLists: false, heartbeat: '20s' });
  expect((await send(request)).status).toBe(200);
  expect(gateway.stats().keys).toMatchObject([{ issuer, fetchedAt: expect.any(Date) }]);
});

test('pins survive where the same toolPinning() is given again', async () => {
  const upstream = await toolServer(tool('x', '"description":"first"'));
  const { target } = upstream;
  const pinning = toolPinning();
  const { gateway, send } = await startUpdatable({ target, policies: pinning });
  await send({ body: message('tools/list') });
  upstream.tools = [tool('x', '"description":"changed"')];
  gateway.update({ target, policies: [pinning, () => true] });
  await send({ body: message('tools/list') });
  expect(gateway.pins()).toMatchObject([{ name: 'x', state: 'changed' }]);
  await gateway.approve('x');
  gateway.update({ target });
  expect(gateway.pins()).toEqual([]);
  gateway.update({ target, policies: pinning });
  expect(gateway.pins()).toMatchObject([{ name: 'x', state: 'pinned' }]);
});

test('the connection to an upstream is used on', async () => {
  const { port, server } = await serve((req, res) => {
    // Over undici, an answer to half a request closes its connection.
    req.resume().on('end', () => res.end('{}'));
  });
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const target = `http://127.0.0.1:${port}/mcp`;
  const { gateway, send } = await startUpdatable({ target });
  await send(CALL);
  gateway.update({ target, timeout: { response: '7s' } });
  await send(CALL);
  expect(connections).toBe(1);
});

test('requests are counted on', async () => {
  const { target } = await startUpstream();
  const { gateway, send } = await startUpdatable({ target });
  await send(CALL);
  await send({ method: 'PUT' });
  const { since, updatedAt } = gateway.stats();
  expect(updatedAt).toBeUndefined();
  gateway.update({ target, name: 'other' });
  expect(gateway.stats()).toMatchObject({
    gateway: 'other',
    since,
    updatedAt: expect.any(Date),
    requests: { total: 2, byReason: { method_not_allowed: 1 } },
  });
});
