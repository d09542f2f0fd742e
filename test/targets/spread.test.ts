import { describe, expect, test } from '@jest/globals';
import { send } from '../support/client/send.ts';
import { witness } from '../support/witness.ts';
import { openStream, type Pair, sessionAt, startRig } from './rig.ts';
import { beginSession, fromWhom, instances } from './support.ts';

describe('what belongs to no session goes to the less busy of two targets', () => {
  test('event streams that are open count, so that two targets get the same number', async () => {
    const all = await instances(2);
    const { gateway, port } = await startRig(all);
    for (let count = 1; count <= 10; count++) {
      await openStream(port);
      const open = gateway.targets().map(({ streams }) => streams);
      expect(Math.abs((open[0] as number) - (open[1] as number))).toBeLessThan(2);
    }
    expect(all.map(({ streams }) => streams.size)).toEqual([5, 5]);
  });

  test('a URL that is repeated gets its share of streams', async () => {
    const [a, b] = (await instances(2)) as Pair;
    const { gateway, port } = await startRig([a, b, a, a]);
    for (let count = 0; count < 12; count++) await openStream(port);
    expect([a, b].map(({ streams }) => streams.size)).toEqual([9, 3]);
    expect(gateway.targets()).toMatchObject([
      { url: a.url, weight: 3, open: 9, streams: 9 },
      { url: b.url, weight: 1, open: 3, streams: 3 },
    ]);
  });

  test('beside a target with a stream or a call under way, all go to the other', async () => {
    const all = (await instances(2)) as Pair;
    const { port } = await startRig(all);
    const stream = await openStream(port);
    const [busy, idle] = all[0].streams.size === 1 ? all : [all[1], all[0]];
    for (let i = 0; i < 8; i++) expect(fromWhom(await send(port))).toBe(idle.name);
    for (let i = 0; i < 8; i++) expect((await beginSession(port)).home).toBe(idle.name);
    const session = await sessionAt(port, idle);
    stream.socket.destroy();
    await busy.streamsClosed();

    idle.answering = () => {};
    void session.send().catch(() => {});
    await idle.has(idle.seen.length + 1);
    idle.answering = undefined;
    for (let i = 0; i < 8; i++) expect(fromWhom(await send(port))).toBe(busy.name);
  });

  test('idle targets get their shares of single calls', async () => {
    const all = await instances(3);
    const [a, b, c] = all;
    const { port } = await startRig([a, b, c, c] as typeof all);
    const calls = 400;
    for (let i = 0; i < calls; i++) await send(port);
    // Six standard deviations of a binomial distribution: once in 500 million runs outside.
    for (const [i, share] of [0.25, 0.25, 0.5].entries()) {
      const bound = 6 * Math.sqrt(calls * share * (1 - share));
      expect(Math.abs((all[i]?.seen.length ?? 0) - calls * share)).toBeLessThan(bound);
    }
  });
});

describe('a list of one', () => {
  test.each([1, 3])('that is there %i times is a single target', async (times) => {
    const [only] = (await instances(1)) as [Pair[0]];
    const observer = witness();
    const rig = await startRig(
      Array.from({ length: times }, () => only),
      { observe: observer },
    );
    // No session is remembered: that is the server's business alone.
    const unknown = await send(rig.port, { headers: { 'Mcp-Session-Id': 'unknown' } });
    expect([unknown.status, unknown.body]).toEqual([404, '{}']);
    expect(only.seen).toEqual(['POST ping']);
    expect(observer.decisions.filter((decision) => /balance|sessions/.test(decision))).toEqual([]);
    expect(rig.gateway.targets()).toEqual([
      { url: only.url, weight: times, state: 'closed', open: 0, streams: 0, failures: 0 },
    ]);
    await expect(rig.gateway.drain(only.url)).rejects.toThrow(RangeError);
  });
});
