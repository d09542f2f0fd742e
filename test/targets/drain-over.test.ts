import { describe, expect, jest, test } from '@jest/globals';
import { send } from '../support/client/send.ts';
import { holdTimers } from '../support/fake-time.ts';
import { type Pair, sessionAt, startRig } from './rig.ts';
import { INITIALIZE, instances } from './support.ts';

const HOUR_MS = 3_600_000;

test('a target serves its sessions again after restore(), and can be drained once more', async () => {
  const all = await instances(2);
  const [a] = all as Pair;
  const { gateway, port } = await startRig(all);
  const [one, other] = [await sessionAt(port, a), await sessionAt(port, a)];
  await gateway.drain(a.url, { graceMs: 0 });
  gateway.restore(a.url);
  expect((await one.send()).status).toBe(200);
  await gateway.drain(a.url, { graceMs: 0 });
  expect((await other.send()).status).toBe(404);
});

describe('the drain of a target', () => {
  test('is over at once where the gateway has closed', async () => {
    const all = await instances(2);
    const [a] = all as Pair;
    const { gateway } = await startRig(all);
    await gateway.close({ graceMs: 0 });
    holdTimers();
    await gateway.drain(a.url, { graceMs: HOUR_MS });
    expect(jest.getTimerCount()).toBe(0);
  });

  test('lasts as long as calls are under way while the gateway closes', async () => {
    const all = await instances(2);
    const [a] = all as Pair;
    const { gateway, port } = await startRig(all);
    const session = await sessionAt(port, a);
    const answer = Promise.withResolvers<() => void>();
    a.answering = (_req, res) => answer.resolve(() => void res.writeHead(204).end());
    const call = session.send();
    const end = await answer.promise;
    const drained = gateway.drain(a.url, { graceMs: HOUR_MS });
    const closed = gateway.close();
    expect((await send(port)).status).toBe(503);
    end();
    expect((await call).status).toBe(204);
    await Promise.all([drained, closed]);
  });
});

test('with a graceMs of 0 the drain is over at once', async () => {
  const all = await instances(2);
  const [a] = all as Pair;
  const { gateway, port } = await startRig(all);
  const session = await sessionAt(port, a);
  await gateway.drain(a.url, { graceMs: 0 });
  expect((await session.send()).status).toBe(404);
});

test('Retry-After is that of a breaker, whatever targets are drained besides', async () => {
  const all = await instances(2);
  const [a, b] = all as Pair;
  const { gateway, port } = await startRig(all, { breaker: { failures: 1, openFor: '4m' } });
  await gateway.drain(a.url, { graceMs: 0 });
  b.answering = (_req, res) => void res.writeHead(503).end();
  await send(port, { body: INITIALIZE });
  const { status, head } = await send(port, { body: INITIALIZE });
  expect(status).toBe(503);
  expect(Number(/retry-after: (\d+)/i.exec(head)?.[1])).toBeGreaterThanOrEqual(239);
});
