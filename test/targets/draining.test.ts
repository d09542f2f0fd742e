import { describe, expect, jest, test } from '@jest/globals';
import { createMcpGateway } from '../../src/index.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { witness } from '../support/witness.ts';
import { sessionAt, startRig } from './rig.ts';
import { beginSession, type Instance, instances } from './support.ts';

describe('drain() of one target', () => {
  test('nothing new begins there, and its sessions go on until the time is over', async () => {
    const all = await instances(2);
    const [a, b] = all as [Instance, Instance];
    const { gateway, port } = await startRig(all);
    const old = await sessionAt(port, a);
    const stream = await old.stream();
    const drained = gateway.drain(a.url, { graceMs: Number.POSITIVE_INFINITY });
    for (let i = 0; i < 8; i++) expect((await beginSession(port)).home).toBe(b.name);
    expect((await old.send()).status).toBe(200);
    expect(gateway.targets().map(({ state, streams }) => [state, streams])).toEqual([
      ['draining', 1],
      ['closed', 0],
    ]);
    const over = gateway.drain(a.url, { graceMs: 0 });
    await Promise.all([drained, over]);
    await stream.has(/data: 1\n\n\r\n0\r\n\r\n$/);
    const answer = await old.send();
    expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
    expect(a.seen.filter((seen) => seen === 'POST ping')).toHaveLength(1);
  });

  test('restore() takes it back', async () => {
    const all = await instances(2);
    const [a, b] = all as [Instance, Instance];
    const observer = witness();
    const { gateway, port } = await startRig(all, { observe: observer, name: 'tools' });
    await gateway.drain(b.url, { graceMs: 0 });
    await gateway.drain(a.url, { graceMs: 0 });
    await expect(beginSession(port)).rejects.toThrow(/ 503 .*upstream_unavailable/s);
    gateway.restore(a.url);
    expect((await beginSession(port)).home).toBe(a.name);
    const name = `127.0.0.1:${a.port}`;
    expect(observer.changes.filter(([{ target }]) => target === name)).toEqual([
      [{ target: name, state: 'draining', previous: 'closed', reason: 'drain' }, 'tools'],
      [{ target: name, state: 'closed', previous: 'draining', reason: 'restore' }, 'tools'],
    ]);
  });

  test('when its time is over, drain() again brings no session back', async () => {
    const all = await instances(2);
    const [a] = all as [Instance, Instance];
    const { gateway, port } = await startRig(all);
    const old = await sessionAt(port, a);
    await gateway.drain(a.url, { graceMs: 0 });
    await gateway.drain(a.url);
    const answer = await old.send();
    expect([answer.status, reasonOf(answer)]).toEqual([404, 'session_not_found']);
    expect(a.seen).not.toContain('POST ping');
  });

  test('what is open there when the time is over ends: streams between events, calls with 503', async () => {
    const all = await instances(2);
    const [a, b] = all as [Instance, Instance];
    const { gateway, port } = await startRig(all);
    const [old, other] = [await sessionAt(port, a), await sessionAt(port, b)];
    const [stream, kept] = [await old.stream(), await other.stream()];
    a.answering = () => {};
    holdTimers();
    const call = old.send();
    await a.has(a.seen.length + 1);
    const drained = gateway.drain(a.url, { graceMs: 60_000 });
    jest.advanceTimersByTime(59_999);
    expect(gateway.targets()[0]).toMatchObject({ state: 'draining', open: 2, streams: 1 });
    jest.advanceTimersByTime(1);
    await stream.has(/data: 1\n\n\r\n0\r\n\r\n$/);
    const answer = await inHeldTime(call);
    expect([answer.status, reasonOf(answer)]).toEqual([503, 'draining']);
    await inHeldTime(drained);
    expect(gateway.targets()).toMatchObject([{ open: 0 }, { open: 1, streams: 1 }]);
    expect(kept.ending).toBeUndefined();
  });

  test('close() does not wait for it, and all that wait for it go on', async () => {
    const all = await instances(2);
    const [a] = all as [Instance, Instance];
    const { gateway, port } = await startRig(all);
    const old = await sessionAt(port, a);
    const stream = await old.stream();
    const drained = gateway.drain(a.url, { graceMs: Number.POSITIVE_INFINITY });
    await gateway.close({ graceMs: 0 });
    await stream.has(/0\r\n\r\n$/);
    await drained;
    expect((await old.send()).status).toBe(503);
  });

  test('a URL that is no target, and the only target, are refused', async () => {
    const all = await instances(2);
    const { gateway } = await startRig(all);
    await expect(gateway.drain('http://127.0.0.1:1/mcp')).rejects.toThrow(RangeError);
    await expect(gateway.drain('no url')).rejects.toThrow(RangeError);
    expect(() => gateway.restore('http://127.0.0.1:1/mcp')).toThrow(RangeError);
    const single = createMcpGateway({ target: all[0]?.url as string });
    await expect(single.drain(all[0]?.url as string)).rejects.toThrow(RangeError);
  });
});
