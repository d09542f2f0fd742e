import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { PinStore, PinStoreValue } from '../../src/exports/pinning.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { call as callOf } from '../support/messages.ts';
import { atTestEnd } from '../support/servers.ts';
import { tool, toolServer } from '../support/tool-server.ts';
import { pinned } from './support/pinned.ts';

/** A store in memory, of which each call can be made to fail. */
class MemoryStore implements PinStore {
  readonly values = new Map<string, string>();
  fails: (() => unknown) | undefined;
  gets = 0;
  sets = 0;

  async get(key: string): Promise<PinStoreValue> {
    this.gets += 1;
    if (this.fails !== undefined) return (await this.fails()) as string;
    return this.values.get(key);
  }

  async set(key: string, value: string): Promise<void> {
    this.sets += 1;
    if (this.fails !== undefined) await this.fails();
    this.values.set(key, value);
  }
}

describe('toolPinning with a store', () => {
  test('what one process has approved at first sight, another goes by', async () => {
    const server = await toolServer(tool('a'), tool('b'));
    const store = new MemoryStore();
    const options = { store, onNew: 'deny' } as const;
    const one = await pinned(server.target, options);
    await one.list();
    server.tools = [tool('a', '"title":"other"'), tool('b'), tool('c')];
    const other = await pinned(server.target, options);
    await other.list();
    expect(other.states()).toEqual({ a: 'changed', b: 'pinned', c: 'new' });
    expect(other.pin('a')?.diff.map(({ field }) => field)).toEqual(['title', 'description']);
    for (const { call } of [one, other]) {
      expect([await call('a'), await call('b'), await call('c')]).toEqual([403, 200, 403]);
    }
  });

  test('what one process has seen, another goes by at once, also after a restart', async () => {
    const server = await toolServer(tool('a'));
    const store = new MemoryStore();
    const [one, other] = [
      await pinned(server.target, { store }),
      await pinned(server.target, { store }),
    ];
    await one.list();
    expect(await other.call('a')).toBe(200);
    server.tools = [tool('a', '"title":"other"')];
    await one.list();
    expect(await other.call('a')).toBe(403);
    const restarted = await pinned(server.target, { store });
    expect(await restarted.call('a')).toBe(403);
    server.tools = [tool('a')];
    await other.list();
    for (const { call } of [one, other, restarted]) expect(await call('a')).toBe(200);
  });

  test('what is approved in one process is in all', async () => {
    const server = await toolServer(tool('a'), tool('b'));
    const store = new MemoryStore();
    const options = { store, onGone: 'deny' } as const;
    const [one, other] = [
      await pinned(server.target, options),
      await pinned(server.target, options),
    ];
    await one.list();
    server.tools = [tool('a', '"title":"other"')];
    await one.list();
    expect([await other.call('a'), await other.call('b')]).toEqual([403, 403]);
    // It has seen no list itself.
    await other.gateway.approve('a', one.pin('a')?.seen);
    await other.gateway.approve('b');
    expect([await one.call('a'), await one.call('b')]).toEqual([200, 200]);
    expect(one.states()).toEqual({ a: 'pinned' });
  });

  test('a list that went to a client unread is known to all', async () => {
    const server = await toolServer(tool('a'));
    const store = new MemoryStore();
    const [one, other] = [
      await pinned(server.target, { store }),
      await pinned(server.target, { store }),
    ];
    await one.list();
    server.list = (res) =>
      res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"tools":x');
    await one.list();
    server.list = undefined;
    expect([await one.call('a'), await other.call('a')]).toEqual([403, 403]);
    await other.list();
    expect([await one.call('a'), await other.call('a')]).toEqual([200, 200]);
  });

  test('gateways of different servers share a store, and are apart', async () => {
    const store = new MemoryStore();
    const [one, other] = [await toolServer(tool('a')), await toolServer(tool('a', '"title":"b"'))];
    for (const server of [one, other, one]) {
      const { list, call, states } = await pinned(server.target, { store });
      await list();
      expect(states()).toEqual({ a: 'pinned' });
      expect(await call('a')).toBe(200);
    }
  });

  test('a call asks it once, and writes nothing', async () => {
    const server = await toolServer(tool('a'));
    const store = new MemoryStore();
    const { list, call } = await pinned(server.target, { store });
    await list();
    const { gets, sets } = store;
    await call('a');
    await list();
    expect([store.gets - gets, store.sets - sets]).toEqual([2, 0]);
  });

  test('what is lost there is written again by who knows it', async () => {
    const server = await toolServer(tool('a'));
    const store = new MemoryStore();
    const { list, call } = await pinned(server.target, { store });
    await list();
    store.values.clear();
    server.tools = [tool('a', '"title":"other"')];
    await list();
    expect(await call('a')).toBe(403);
    const other = await pinned(server.target, { store });
    expect(await other.call('a')).toBe(403);
  });

  test('with a lock file it shares what was seen, and the file says what is approved', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcp-lock-'));
    atTestEnd(() => rmSync(folder, { recursive: true }));
    const lockFile = join(folder, 'mcp-lock.json');
    const server = await toolServer(tool('a'));
    const options = { lockFile, store: new MemoryStore() };
    const [one, other] = [
      await pinned(server.target, options),
      await pinned(server.target, options),
    ];
    await one.list();
    server.tools = [tool('a', '"title":"other"')];
    await one.list();
    expect(await other.call('a')).toBe(403);
    await one.gateway.approve('a');
    expect(await other.call('a')).toBe(200);
  });
});

describe('toolPinning: a store that fails allows nothing', () => {
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('redis://secret');
      },
    ],
    ['rejects', () => Promise.reject(new Error('redis://secret'))],
    ['rejects with nothing', () => Promise.reject()],
    ['hangs', () => new Promise(() => {})],
    ['gives a number', () => 1],
    ['gives false', () => false],
    ['gives an object', () => ({ version: 1 })],
    ['gives another text', () => 'OK'],
    ['gives other JSON', () => '{"version":1,"tools":[]}'],
    [
      'gives a state that is not whole',
      () => '{"version":1,"isSettled":true,"isUnread":false,"tools":[["a"]]}',
    ],
  ])('%s', async (_what, fails) => {
    const server = await toolServer(tool('a'));
    const store = new MemoryStore();
    const { list, call, port, errors, gateway } = await pinned(server.target, { store });
    await list();
    store.fails = fails;
    const answer = await send(port, { body: callOf('a') });
    expect([answer.status, reasonOf(answer)]).toEqual([503, 'store_unavailable']);
    expect(answer.body).not.toContain('secret');
    // A list is read all the same, and is not held up for ever.
    server.tools = [tool('a', '"title":"other"'), tool('b')];
    expect((await list()).status).toBe(200);
    expect(new Set(errors.map(({ reason }) => reason))).toEqual(new Set(['store_unavailable']));
    await expect(gateway.approve('a')).rejects.toThrow();
    expect(server.called).toEqual([]);
    store.fails = undefined;
    expect([await call('a'), await call('b')]).toEqual([403, 200]);
  });

  test('what comes first while it fails is not approved by that', async () => {
    const server = await toolServer(tool('a'));
    const store = new MemoryStore();
    const one = await pinned(server.target, { store, onNew: 'deny' });
    await one.list();
    server.tools = [tool('a', '"title":"other"'), tool('b')];
    store.fails = () => Promise.reject(new Error('away'));
    const other = await pinned(server.target, { store, onNew: 'deny' });
    await other.list();
    store.fails = undefined;
    expect([await other.call('a'), await other.call('b')]).toEqual([403, 403]);
    expect([await one.call('a'), await one.call('b')]).toEqual([403, 403]);
  });

  test('an approval that cannot be kept is none', async () => {
    const server = await toolServer(tool('a'));
    const store = new MemoryStore();
    const { list, call, gateway, states } = await pinned(server.target, { store });
    await list();
    server.tools = [tool('a', '"title":"other"')];
    await list();
    const { set } = store;
    store.set = () => Promise.reject(new Error('read-only'));
    await expect(gateway.approve('a')).rejects.toThrow('read-only');
    expect(states()).toEqual({ a: 'changed' });
    store.set = set;
    expect(await call('a')).toBe(403);
  });
});
