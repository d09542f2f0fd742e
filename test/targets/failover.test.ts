import { describe, expect, jest, test } from '@jest/globals';
import { allowTools, denyTools, type GatewayConfig } from '../../src/index.ts';
import { rawClient } from '../support/client/raw.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { type Framing, requestBytes } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { closedPort } from '../support/closed-port.ts';
import { holdTimers } from '../support/fake-time.ts';
import { until } from '../support/jwt/gate.ts';
import { rawUpstream } from '../support/upstream.ts';
import { witness } from '../support/witness.ts';
import { openStream, type Rig, startRig } from './rig.ts';
import { beginSession, fromWhom, type Instance, instances } from './support.ts';

interface Beside extends Rig {
  /** It has a stream open, so that each request is meant for the target beside it. */
  readonly live: Instance;
}

/** A gateway with this target, and one that is well but busier. */
async function beside(url: string, config: Partial<GatewayConfig> = {}): Promise<Beside> {
  const [live] = (await instances(1)) as [Instance];
  const rig = await startRig([{ url }, live], { breaker: false, ...config });
  await openStream(rig.port);
  if (live.streams.size === 0) throw new Error('The stream is elsewhere');
  return { ...rig, live };
}

const nobody = async () => `http://127.0.0.1:${await closedPort()}/mcp`;

async function noTls(): Promise<string> {
  const { port } = await rawUpstream(({ socket }) => socket.end('no TLS'));
  return `https://127.0.0.1:${port}/mcp`;
}

/** The time for a connection, which passes at once there and nowhere else, however slow the machine is. */
const CONNECT_MS = 60_000;

async function silentHandshake(): Promise<string> {
  holdTimers();
  const { port } = await rawUpstream(() => jest.advanceTimersByTime(CONNECT_MS));
  return `https://127.0.0.1:${port}/mcp`;
}

const NO_CONNECTION: [name: string, url: () => Promise<string>][] = [
  ['nobody listens', nobody],
  ['TLS is refused', noTls],
  ['the connection does not come about in time', silentHandshake],
  ['the name is none', async () => `http://${'x'.repeat(64)}.invalid/mcp`],
];

const LARGE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'add', arguments: { text: 'ä'.repeat(400_000) } },
});
const SMALL = '{ "jsonrpc":"2.0","id":1,  "method":"tools/call","params":{"name":"add"}}';

describe.each(NO_CONNECTION)('a request for a target where %s goes to another', (_, urlOf) => {
  test.each(['POST', 'GET', 'DELETE'])('%s, and nobody is told of a failure', async (method) => {
    const observer = witness();
    const timeout = { connect: CONNECT_MS };
    const rig = await beside(await urlOf(), { timeout, observe: observer });
    const { live } = rig;
    const heard = live.seen.length;
    if (method === 'GET') await openStream(rig.port);
    else expect((await send(rig.port, { method })).status).toBe(method === 'POST' ? 200 : 204);
    expect(live.seen.slice(heard).map((seen) => seen.split(' ')[0])).toEqual([method]);
    expect(rig.errors).toEqual([]);
    const { open } = rig.gateway.targets()[0] as { open: number };
    expect(open).toBe(0);
    if (method === 'GET') return;
    const record = await observer.record();
    const target = `127.0.0.1:${live.port}`;
    expect(record).toMatchObject({
      target,
      method,
      reason: 'relayed',
      end: 'complete',
      slot: 'relay',
    });
    expect(observer.told('onRequest')).toHaveLength(2);
  });

  const FRAMINGS: Framing[] = ['Content-Length', 'chunked', 'chunked, byte by byte'];

  test.each(FRAMINGS)('with the same bytes, framed by %s', async (framing) => {
    const rig = await beside(await urlOf(), { timeout: { connect: CONNECT_MS } });
    const bodies = framing === 'chunked, byte by byte' ? [SMALL] : [SMALL, LARGE];
    for (const body of bodies) {
      expect(fromWhom(await send(rig.port, { body, framing }))).toBe(rig.live.name);
    }
    expect(rig.live.bodies).toEqual(bodies);
    expect(rig.errors).toEqual([]);
  });

  test('with the bytes that a policy has read', async () => {
    const policies = [allowTools('*'), denyTools('delete_*')];
    const rig = await beside(await urlOf(), { timeout: { connect: CONNECT_MS }, policies });
    for (const framing of ['Content-Length', 'chunked'] as const) {
      for (const body of [SMALL, LARGE]) {
        expect(fromWhom(await send(rig.port, { body, framing }))).toBe(rig.live.name);
      }
    }
    expect(rig.live.bodies).toEqual([SMALL, LARGE, SMALL, LARGE]);
  });
});

test('what is decided about a request is decided once', async () => {
  const calls: string[] = [];
  const note = (name: string) => {
    calls.push(name);
    return name;
  };
  const rig = await beside(await nobody(), {
    balance: () => note('balance'),
    headers: { set: { 'X-Set': () => note('set'), 'X-Later': async () => note('set later') } },
    policies: [() => Boolean(note('policy'))],
    use: (_req, _res, next) => {
      note('use');
      next();
    },
  });
  calls.length = 0;
  const heard = rig.live.seen.length;
  // Of several keys some are meant for the other target: the same holds for all.
  for (let i = 1; i <= 6; i++) {
    expect(fromWhom(await send(rig.port))).toBe(rig.live.name);
    expect(calls.splice(0)).toEqual(['policy', 'use', 'set', 'set later', 'balance']);
    expect(rig.live.heads.at(-1)).toMatchObject({ 'x-set': 'set', 'x-later': 'set later' });
  }
  expect(rig.live.seen).toHaveLength(heard + 6);
});

describe('where no target can be connected to', () => {
  test('a request is one 502, and counts against each that it was meant for', async () => {
    const observer = witness();
    const urls = [await nobody(), await nobody()];
    const rig = await startRig(
      urls.map((url) => ({ url })),
      { observe: observer },
    );
    const answer = await send(rig.port);
    expect([answer.status, reasonOf(answer)]).toEqual([502, 'upstream_unreachable']);
    expect(rig.errors.map(({ reason }) => reason)).toEqual(['upstream_unreachable']);
    expect(rig.gateway.targets()).toMatchObject([
      { open: 0, failures: 1 },
      { open: 0, failures: 1 },
    ]);
    expect(observer.records).toHaveLength(1);
    const hosts = urls.map((url) => new URL(url).host);
    expect(hosts).toContain(observer.records[0]?.target);
  });

  test('no third one is tried', async () => {
    const refusing = [await rawUpstream(({ socket }) => socket.end('no TLS'))];
    refusing.push(await rawUpstream(({ socket }) => socket.end('no TLS')));
    const [live] = (await instances(1)) as [Instance];
    const urls = refusing.map(({ port }) => ({ url: `https://127.0.0.1:${port}/mcp` }));
    const rig = await startRig([...urls, live], { breaker: false });
    // Until the third is busier than both, whoever may be picked.
    while (live.streams.size === 0) await openStream(rig.port).catch(() => {});
    let refused = 0;
    for (let i = 0; i < 12; i++) {
      const heard = live.seen.length;
      const tried = refusing.flatMap(({ connections }) => connections).length;
      const { status } = await send(rig.port);
      const tries = refusing.flatMap(({ connections }) => connections).length - tried;
      const reached = live.seen.length - heard;
      expect(tries + reached).toBeLessThanOrEqual(2);
      expect(status).toBe(reached === 1 ? 200 : 502);
      if (status === 502) refused += 1;
    }
    expect(refused).toBeGreaterThan(0);
  });

  test.each(['draining', 'open'])('nor one that is %s', async (state) => {
    const rig = await beside(await nobody(), { breaker: { failures: 5 } });
    const { live, gateway, port } = rig;
    if (state === 'draining') void gateway.drain(live.url);
    else {
      const session = await beginSession(port);
      live.answering = (_req, res) => void res.writeHead(502).end();
      for (let i = 0; i < 5; i++) await session.send();
    }
    expect(gateway.targets().map((target) => target.state)).toEqual(['closed', state]);
    const heard = live.seen.length;
    const answer = await send(port);
    expect([answer.status, reasonOf(answer)]).toEqual([502, 'upstream_unreachable']);
    expect(live.seen).toHaveLength(heard);
    gateway.restore(live.url);
  });
});

describe('a client that leaves', () => {
  test('while no connection comes about is followed nowhere', async () => {
    holdTimers();
    let timePasses = true;
    const hanging = await rawUpstream(() => {
      if (timePasses) jest.advanceTimersByTime(CONNECT_MS);
    });
    const observer = witness();
    const url = `https://127.0.0.1:${hanging.port}/mcp`;
    const { gateway, port, live } = await beside(url, {
      timeout: { connect: CONNECT_MS },
      observe: observer,
    });
    timePasses = false;
    const heard = live.seen.length;
    const tried = hanging.connections.length;
    const client = (await rawClient(port)).send(
      requestBytes({ headers: { Connection: undefined } }),
    );
    const connection = await hanging.connection(tried);
    client.socket.destroy();
    await connection.closed();
    await observer.record();
    expect(gateway.targets()).toMatchObject([{ open: 0 }, { open: 1, streams: 1 }]);
    // Its time to connect passes, and that of another, which comes later.
    timePasses = true;
    expect(fromWhom(await send(port))).toBe(live.name);
    expect(live.seen).toHaveLength(heard + 1);
  });

  test('after it was sent elsewhere takes that back as well', async () => {
    const observer = witness();
    const { gateway, port, live } = await beside(await nobody(), { observe: observer });
    const closed = new Promise((resolve) => {
      live.answering = (_req, res) => res.on('close', resolve);
    });
    const heard = live.seen.length;
    const client = (await rawClient(port)).send(requestBytes());
    await live.has(heard + 1);
    expect(gateway.targets()).toMatchObject([{ open: 0 }, { open: 2, streams: 1 }]);
    client.socket.destroy();
    await closed;
    await until(() => observer.records.length === 1);
    expect(gateway.targets()).toMatchObject([{ open: 0 }, { open: 1, streams: 1 }]);
  });
});
