import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import express from 'express';
import { createMcpGateway, type GatewayConfig } from '../../src/index.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { atTestEnd, serve } from '../support/servers.ts';
import { witness } from '../support/witness.ts';
import { beginSession, INITIALIZE, type Instance, instances } from './support.ts';

const HEALTH = { path: '/healthz', every: 20, timeout: '1m' };

/** An instance that says of itself what a test wants it to say. */
function answersHealth(instance: Instance): { status: number } {
  const health = { status: 200 };
  instance.answersHealth = () => health.status;
  return health;
}

async function start(config: GatewayConfig) {
  const observer = witness();
  const gateway = createMcpGateway({ health: HEALTH, observe: observer, ...config });
  atTestEnd(() => gateway.close({ graceMs: 0 }));
  const { port } = await serve(express().use(gateway));
  return { gateway, observer, port };
}

describe('health', () => {
  test('a target that says it is not well gets nothing new, and keeps its sessions', async () => {
    const [a, b] = (await instances(2)) as [Instance, Instance];
    const health = answersHealth(a);
    answersHealth(b);
    const { gateway, observer, port } = await start({ target: [a.url, b.url] });
    let old = await beginSession(port);
    while (old.home !== a.name) old = await beginSession(port);
    health.status = 503;
    expect(await observer.change()).toEqual({
      target: `127.0.0.1:${a.port}`,
      state: 'unhealthy',
      previous: 'closed',
      reason: 'health',
    });
    for (let i = 0; i < 8; i++) expect((await beginSession(port)).home).toBe(b.name);
    expect((await old.send()).status).toBe(200);
    expect(gateway.targets().map(({ state }) => state)).toEqual(['unhealthy', 'closed']);
    health.status = 204;
    expect(await observer.change(1)).toMatchObject({ state: 'closed', previous: 'unhealthy' });
    expect(a.seen.filter((seen) => seen.startsWith('GET'))).toEqual([]);
  });

  test('with one target, which is not well, requests get 503', async () => {
    const [a] = (await instances(1)) as [Instance];
    answersHealth(a).status = 500;
    const { observer, port } = await start({ target: a.url });
    await observer.change();
    const answer = await send(port, { body: INITIALIZE });
    expect([answer.status, reasonOf(answer)]).toEqual([503, 'upstream_unavailable']);
    expect(a.seen).toEqual([]);
  });

  test('ends with close()', async () => {
    holdTimers();
    const [a, b] = (await instances(2)) as [Instance, Instance];
    let asked = 0;
    a.answersHealth = () => {
      asked += 1;
      a.emit('asked');
      return 200;
    };
    b.answersHealth = () => {
      b.emit('asked');
      return 200;
    };
    const { gateway } = await start({ target: a.url });
    await once(a, 'asked');
    await gateway.close();
    // The gateway of another target asks three times in that time.
    const other = await start({ target: b.url });
    for (let i = 0; i < 3; i++) await inHeldTime(once(b, 'asked'));
    await other.gateway.close();
    expect(asked).toBe(1);
  });
});
