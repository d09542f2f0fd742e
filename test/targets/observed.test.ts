import { describe, expect, test } from '@jest/globals';
import { send } from '../support/client/send.ts';
import { closedPort } from '../support/closed-port.ts';
import { startGateway } from '../support/gateway.ts';
import { witness } from '../support/witness.ts';
import { type Pair, sessionAt, startRig } from './rig.ts';
import { fromWhom, instances } from './support.ts';

const ofBalance = (decisions: readonly string[]) =>
  decisions.filter((decision) => decision.startsWith('balance'));

describe('observers hear of the choice of a target', () => {
  test('that there is one, and the record says which', async () => {
    const all = await instances(3);
    const observer = witness();
    const { port } = await startRig(all, { observe: observer });
    for (let i = 0; i < 12; i++) {
      const name = fromWhom(await send(port));
      const { target, slot } = await observer.record(i);
      const from = all.find((instance) => instance.name === name);
      expect([target, slot]).toEqual([`127.0.0.1:${from?.port}`, 'relay']);
    }
    expect(ofBalance(observer.decisions)).toEqual(Array(12).fill('balance: allow'));
  });

  test('that there is none, because all are out of service', async () => {
    const all = (await instances(2)) as Pair;
    const observer = witness();
    const { gateway, port } = await startRig(all, { observe: observer });
    for (const { url } of all) await gateway.drain(url, { graceMs: 0 });
    expect((await send(port)).status).toBe(503);
    expect(await observer.record()).toMatchObject({
      slot: 'balance',
      reason: 'upstream_unavailable',
      target: undefined,
      status: 503,
      end: 'complete',
      bytesIn: 0,
    });
    expect(ofBalance(observer.decisions)).toEqual(['balance: deny upstream_unavailable']);
  });

  test('that the target of a session is gone, with each method', async () => {
    const all = (await instances(2)) as Pair;
    const observer = witness();
    const { gateway, port } = await startRig(all, { observe: observer });
    const methods = ['POST', 'GET', 'DELETE'];
    const sessions = [];
    for (const _ of methods) sessions.push(await sessionAt(port, all[0]));
    await gateway.drain(all[0].url, { graceMs: 0 });
    const before = observer.records.length;
    const decided = observer.decisions.length;
    for (const [i, method] of methods.entries()) {
      expect((await sessions[i]?.send({ method }))?.status).toBe(404);
      expect(await observer.record(before + i)).toMatchObject({
        method,
        slot: 'balance',
        reason: 'session_not_found',
        target: undefined,
        status: 404,
      });
    }
    expect(ofBalance(observer.decisions.slice(decided))).toEqual(
      methods.map(() => 'balance: deny session_not_found'),
    );
  });

  test('once where a request goes on to another target, which the record names', async () => {
    const [live] = (await instances(1)) as [Pair[0]];
    const observer = witness();
    const nobody = { url: `http://127.0.0.1:${await closedPort()}/mcp` };
    const { gateway, port } = await startRig([nobody, live], { observe: observer });
    // The breaker of the other opens behind five that have not reached it.
    for (let i = 0; gateway.targets()[0]?.state === 'closed'; i++) {
      expect(fromWhom(await send(port))).toBe(live.name);
      const record = await observer.record(i);
      expect(record).toMatchObject({ target: `127.0.0.1:${live.port}`, reason: 'relayed' });
    }
    const { length } = observer.records;
    expect(length).toBeGreaterThanOrEqual(5);
    expect(ofBalance(observer.decisions)).toEqual(Array(length).fill('balance: allow'));
  });

  test('nothing where there is one target, without a breaker', async () => {
    const observer = witness();
    const [only] = (await instances(1)) as [Pair[0]];
    const { port } = await startGateway({ target: [only.url], observe: observer });
    await send(port);
    expect((await observer.record()).target).toBe(`127.0.0.1:${only.port}`);
    expect(ofBalance(observer.decisions)).toEqual([]);
  });
});
