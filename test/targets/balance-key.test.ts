import { describe, expect, test } from '@jest/globals';
import type { BalanceKey, GatewayContext } from '../../src/index.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { openStream, type Pair, startRig } from './rig.ts';
import { beginSession, fromWhom, type Instance, instances } from './support.ts';

const byKey = ({ headers }: GatewayContext) => String(headers['x-key']);

const keyed = (key: string) => ({ headers: { 'X-Key': key } });

async function homesOf(port: number, keys: readonly string[]): Promise<Map<string, string>> {
  const homes = new Map<string, string>();
  for (const key of keys) homes.set(key, fromWhom(await send(port, keyed(key))));
  return homes;
}

const KEYS = Array.from({ length: 30 }, (_, i) => `user-${i}`);

describe('requests with the same key', () => {
  test('go to the same target, calls, streams and beginnings of sessions', async () => {
    const all = await instances(3);
    const { port } = await startRig(all, { balance: byKey });
    for (const key of KEYS.slice(0, 6)) {
      const home = fromWhom(await send(port, keyed(key)));
      const instance = all.find(({ name }) => name === home) as Instance;
      const streams = instance.streams.size;
      // However busy it is.
      for (let i = 0; i < 3; i++) await openStream(port, { 'X-Key': key });
      expect(instance.streams.size).toBe(streams + 3);
      expect((await beginSession(port, { 'X-Key': key })).home).toBe(home);
      expect(fromWhom(await send(port, keyed(key)))).toBe(home);
    }
  });

  test('go to the same target through another gateway, whatever the order of its list', async () => {
    const all = await instances(4);
    const one = await startRig(all, { balance: byKey });
    const other = await startRig(all.toReversed(), { balance: byKey });
    const homes = await homesOf(one.port, KEYS);
    expect(new Set(homes.values()).size).toBe(4);
    expect(await homesOf(other.port, KEYS)).toEqual(homes);
  });

  test('move only where their target has left the list, is drained, or fails', async () => {
    const all = await instances(3);
    const [a, b, c] = all as [...Pair, Instance];
    const rig = await startRig(all, { balance: byKey, breaker: { failures: 1 } });
    const before = await homesOf(rig.port, KEYS);
    const mayMove = (from: Instance, now: Map<string, string>) => {
      for (const [key, home] of before) {
        if (home === from.name) expect(now.get(key)).not.toBe(home);
        else expect(now.get(key)).toBe(home);
      }
    };
    const shorter = await startRig([a, b], { balance: byKey });
    mayMove(c, await homesOf(shorter.port, KEYS));

    void rig.gateway.drain(b.url);
    mayMove(b, await homesOf(rig.port, KEYS));
    rig.gateway.restore(b.url);
    expect(await homesOf(rig.port, KEYS)).toEqual(before);

    await a.crash();
    const after = await homesOf(rig.port, KEYS);
    mayMove(a, after);
    // One that could not be connected to is moved by the same rule as later, when the breaker is open.
    expect(await homesOf(rig.port, KEYS)).toEqual(after);
  });
});

test('a session stays where it is, whatever key its requests have', async () => {
  const all = await instances(3);
  const asked: unknown[] = [];
  const { port } = await startRig(all, {
    balance: (ctx) => {
      asked.push(ctx.headers['mcp-session-id']);
      return byKey(ctx);
    },
  });
  const session = await beginSession(port, { 'X-Key': 'one' });
  for (const key of KEYS.slice(0, 8)) {
    expect(fromWhom(await session.send(keyed(key)))).toBe(session.home);
  }
  await session.stream({ 'X-Key': 'another' });
  expect(asked).toEqual([undefined]);
});

describe('a function in balance that gives no text', () => {
  const WAYS: [name: string, balance: () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('no key');
      },
    ],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
    ],
    ['gives nothing', () => undefined],
    ['gives a number', () => 7],
    ['gives a promise', async () => 'key'],
    ['gives a promise that is rejected', async () => Promise.reject(new Error('no key'))],
    [
      'gives an object with a rejected promise',
      () => ({ key: Promise.reject(new Error('no key')) }),
    ],
  ];

  test.each(WAYS)('and %s is 500, reported, and no target hears of it', async (_, balance) => {
    const all = await instances(2);
    const given = balance as BalanceKey;
    const { port, errors, gateway } = await startRig(all, { balance: given });
    const answer = await send(port);
    expect([answer.status, reasonOf(answer)]).toEqual([500, 'internal_error']);
    expect(errors.map(({ reason }) => reason)).toEqual(['internal_error']);
    expect(all.flatMap(({ seen }) => seen)).toEqual([]);
    expect(gateway.targets().map(({ open }) => open)).toEqual([0, 0]);
    // A promise that nobody waits for would end the process by now.
    await new Promise((resolve) => setImmediate(resolve));
  });
});

test('an empty text is a key like any other', async () => {
  const all = await instances(2);
  const { port } = await startRig(all, { balance: () => '' });
  const homes = new Set();
  for (let i = 0; i < 8; i++) homes.add(fromWhom(await send(port)));
  expect(homes.size).toBe(1);
});
