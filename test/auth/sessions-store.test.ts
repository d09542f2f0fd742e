import { describe, expect, jest, test } from '@jest/globals';
import type { SessionStore } from '../../src/index.ts';
import { headerOf, valuesOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { passes } from '../support/fake-time.ts';
import { until } from '../support/jwt/gate.ts';
import { atTestEnd } from '../support/servers.ts';
import { sessionServer } from './support/session-server.ts';
import { sessionGateway } from './support/users.ts';

/** A store that can be seen into, and made to do otherwise. */
class OwnStore implements SessionStore {
  readonly entries = new Map<string, string>();
  readonly ttls: number[] = [];

  get(key: string, ttlMs: number): string | undefined | Promise<string | undefined> {
    this.ttls.push(ttlMs);
    return this.entries.get(key);
  }

  add(key: string, value: string, ttlMs: number): string | Promise<string> {
    this.ttls.push(ttlMs);
    const kept = this.entries.get(key) ?? value;
    this.entries.set(key, kept);
    return kept;
  }

  delete(key: string): unknown {
    return this.entries.delete(key);
  }
}

class AsyncStore extends OwnStore {
  override async get(key: string, ttlMs: number) {
    return super.get(key, ttlMs);
  }
  override async add(key: string, value: string, ttlMs: number) {
    return super.add(key, value, ttlMs);
  }
  override async delete(key: string) {
    return super.delete(key);
  }
}

async function behind(store: SessionStore, ...ids: string[]) {
  const upstream = await sessionServer(...(ids.length > 0 ? ids : ['session-1']));
  const gateway = await sessionGateway(upstream.target, { sessions: { store, ttl: '1h' } });
  return { upstream, ...gateway };
}

describe.each([
  ['synchronous', () => new OwnStore()],
  ['asynchronous', () => new AsyncStore()],
])('a %s store of your own', (_, make) => {
  test('keeps whose session is whose', async () => {
    const store = make();
    const { as } = await behind(store);
    expect((await as('alice')).status).toBe(200);
    expect((await as('alice', 'session-1')).status).toBe(200);
    expect((await as('bob', 'session-1')).status).toBe(404);
    expect(new Set(store.ttls)).toEqual(new Set([3_600_000]));
    // Who can read it cannot use the sessions in it.
    expect([...store.entries.keys()].join()).not.toContain('session-1');
    const lengths = new Set([...store.entries.keys()].map((key) => key.length));
    await as('alice', 'session-1', { method: 'DELETE' });
    expect((await as('alice', 'session-1')).status).toBe(200);
    expect((await as('bob', 'session-1')).status).toBe(404);
    // Keys are of one length, which a column may have.
    expect(new Set([...store.entries.keys()].map((key) => key.length))).toEqual(lengths);
  });

  test('is shared by two gateways', async () => {
    const store = make();
    const { upstream, as } = await behind(store);
    const other = await sessionGateway(upstream.target, { sessions: { store } });
    await as('alice');
    expect((await other.as('alice', 'session-1')).status).toBe(200);
    expect((await other.as('bob', 'session-1')).status).toBe(404);
  });
});

describe('a store that fails', () => {
  const ways: [string, () => never][] = [
    ['throws', fail],
    ['rejects', (async () => fail()) as () => never],
    ['rejects with nothing', (() => Promise.reject()) as never],
    ['never answers', (() => new Promise(() => {})) as never],
  ];
  const expectUnavailable = (answer: Parameters<typeof reasonOf>[0]) => {
    expect([answer.status, reasonOf(answer)]).toEqual([503, 'store_unavailable']);
    expect(headerOf(answer, 'retry-after')).toMatch(/^[1-9]\d*$/);
    expect(valuesOf(answer, 'mcp-session-id')).toEqual([]);
    expect(answer.body).not.toContain('6379');
  };

  test.each(ways)('get %s: the upstream hears nothing', async (_, get) => {
    const store = new OwnStore();
    const { as, upstream, errors } = await behind(store);
    await as('alice');
    store.get = get;
    for (const method of ['POST', 'GET', 'DELETE']) {
      expectUnavailable(await as('alice', 'session-1', { method }));
    }
    expect(upstream.seen).toHaveLength(1);
    expect(errors.map(({ reason }) => reason)).toEqual(Array(3).fill('store_unavailable'));
    // It is back, and so is the session.
    store.get = OwnStore.prototype.get;
    expect((await as('alice', 'session-1')).status).toBe(200);
  });

  test.each(ways)('add %s: nobody gets the session', async (_, add) => {
    const store = new OwnStore();
    store.add = add;
    const { as } = await behind(store);
    expectUnavailable(await as('alice'));
    expect((await as('alice', 'session-1')).status).toBe(404);
    store.add = OwnStore.prototype.add;
    expect((await as('alice')).status).toBe(200);
    expect((await as('alice', 'session-1')).status).toBe(200);
  });

  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null, as Redis does for a key that is new', null],
    ['true', true],
    ['a number', 1],
    ['the bytes of a text', Buffer.from('alice')],
    ['a list', ['alice']],
  ])('add gives %s: that is the fault of the store, not of the upstream', async (_, given) => {
    const store = new OwnStore();
    store.add = () => given as string;
    const { as, errors } = await behind(store);
    expectUnavailable(await as('alice'));
    expect(errors).toMatchObject([
      {
        reason: 'store_unavailable',
        cause: { message: expect.stringMatching(/`add`.* gave no text/) },
      },
    ]);
    store.add = OwnStore.prototype.add;
    expect((await as('alice')).status).toBe(200);
    store.add = () => given as string;
    // The answer to a DELETE goes back all the same.
    expect((await as('alice', 'session-1', { method: 'DELETE' })).status).toBe(200);
    expect(errors.map(({ reason }) => reason)).toEqual(Array(2).fill('store_unavailable'));
  });

  test.each(ways)('add %s when a session ends: its owner is answered', async (_, add) => {
    const store = new OwnStore();
    const { as, errors } = await behind(store);
    await as('alice');
    store.add = add;
    expect((await as('alice', 'session-1', { method: 'DELETE' })).status).toBe(200);
    expect(errors.map(({ reason }) => reason)).toEqual(['store_unavailable']);
    expect((await as('alice', 'session-1')).status).toBe(200);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['true', true],
    ['the key', 'key'],
    ['an object', {}],
  ])('get that gives %s lets nobody in', async (_, value) => {
    const store = new OwnStore();
    const { as, upstream } = await behind(store);
    await as('alice');
    store.get = (() => value) as never;
    expect((await as('alice', 'session-1')).status).toBe(404);
    expect(upstream.seen).toHaveLength(1);
  });
});

test('the answer waits for the store, which knows of the session before the client does', async () => {
  const store = new OwnStore();
  let release: (() => void) | undefined;
  store.add = (key, value) =>
    new Promise((resolve) => {
      release = () => resolve(OwnStore.prototype.add.call(store, key, value, 1));
    });
  const { as, upstream } = await behind(store);
  let isAnswered = false;
  const answer = as('alice').finally(() => {
    isAnswered = true;
  });
  await until(() => release !== undefined);
  expect([upstream.seen.length, isAnswered]).toEqual([1, false]);
  release?.();
  expect(valuesOf(await answer, 'mcp-session-id')).toEqual(['session-1']);
  expect((await as('alice', 'session-1')).status).toBe(200);
});

test('a client that leaves while the store is asked is no matter', async () => {
  const store = new OwnStore();
  let asked = 0;
  store.get = () => {
    asked += 1;
    return new Promise(() => {});
  };
  const { url, as, upstream, errors } = await behind(store);
  await as('alice');
  const leaving = new AbortController();
  const gone = fetch(url, {
    signal: leaving.signal,
    headers: { 'X-User': 'alice', 'Mcp-Session-Id': 'session-1' },
  }).catch(({ name }) => name);
  await until(() => asked > 0);
  leaving.abort();
  expect(await gone).toBe('AbortError');
  store.get = OwnStore.prototype.get;
  expect((await as('alice', 'session-1')).status).toBe(200);
  expect([upstream.seen.length, errors.length]).toEqual([2, 0]);
});

function fail(): never {
  throw new Error('ECONNREFUSED 10.0.0.7:6379');
}

describe('in this process', () => {
  test('a session is forgotten when nobody has used it for its ttl', async () => {
    const upstream = await sessionServer('used', 'idle');
    const { as } = await sessionGateway(upstream.target, { sessions: { ttl: '1h' } });
    const passed = { ms: 0 };
    const { now } = Date;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + passed.ms);
    atTestEnd(() => clock.mockRestore());
    await as('alice');
    await as('alice');
    for (let minutes = 0; minutes < 90; minutes += 30) {
      passed.ms = minutes * 60_000;
      expect((await as('alice', 'used')).status).toBe(200);
    }
    passed.ms = 61 * 60_000;
    expect((await as('alice', 'idle')).status).toBe(404);
    expect((await as('alice', 'used')).status).toBe(200);
    passed.ms = 122 * 60_000;
    expect((await as('alice', 'used')).status).toBe(404);
  });

  test('of too many, the one that was idle longest goes', async () => {
    const upstream = await sessionServer('s-1', 's-2', 's-3');
    const { as } = await sessionGateway(upstream.target, { sessions: { max: 2 } });
    await as('alice');
    await as('bob');
    expect((await as('alice', 's-1')).status).toBe(200);
    await as('carol');
    expect((await as('bob', 's-2')).status).toBe(404);
    expect((await as('alice', 's-1')).status).toBe(200);
    expect((await as('carol', 's-3')).status).toBe(200);
  });

  test('who begins many loses their own, and pushes out nobody else’s', async () => {
    const ids = ['a-1', 'b-1', ...Array.from({ length: 20 }, (_, i) => `m-${i}`)];
    const upstream = await sessionServer(...ids);
    const { as } = await sessionGateway(upstream.target, { sessions: { max: 5 } });
    await as('alice');
    await as('bob');
    for (let i = 0; i < 20; i += 1) await as('mallory');
    expect((await as('alice', 'a-1')).status).toBe(200);
    expect((await as('bob', 'b-1')).status).toBe(200);
    const own = await Promise.all(ids.slice(2).map((id) => as('mallory', id)));
    expect(own.map(({ status }) => status)).toEqual([...Array(17).fill(404), 200, 200, 200]);
  });

  test('a session that seems to have ended keeps its place, however full it is', async () => {
    const upstream = await sessionServer('a-1', 'b-1');
    const { as } = await sessionGateway(upstream.target, { sessions: { max: 2 } });
    await as('alice');
    await as('bob');
    upstream.status = 404;
    for (const method of ['GET', 'POST', 'DELETE']) await as('alice', 'a-1', { method });
    upstream.status = 200;
    expect((await as('alice', 'a-1')).status).toBe(200);
    expect((await as('bob', 'b-1')).status).toBe(200);
  });

  test.each([1, 2])('of %d, one that has ended becomes the next owner’s', async (max) => {
    const upstream = await sessionServer('s-1');
    const { as } = await sessionGateway(upstream.target, { sessions: { max } });
    await as('alice');
    await as('alice', 's-1', { method: 'DELETE' });
    const answers = await Promise.all(['bob', 'carol'].map((user) => as(user)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 502]);
    const owner = answers[0]?.status === 200 ? 'bob' : 'carol';
    expect((await as(owner, 's-1')).status).toBe(200);
    expect((await as('alice', 's-1')).status).toBe(404);
  });

  test('what has expired goes before what has not', async () => {
    const upstream = await sessionServer('a-1', 'a-2', 'b-1', 'c-1');
    const { as } = await sessionGateway(upstream.target, { sessions: { ttl: '1h', max: 3 } });
    await as('alice');
    await as('alice');
    await as('bob');
    passes(30 * 60_000);
    for (const id of ['a-1', 'a-2']) expect((await as('alice', id)).status).toBe(200);
    passes(40 * 60_000);
    await as('carol');
    for (const id of ['a-1', 'a-2']) expect((await as('alice', id)).status).toBe(200);
    expect((await as('carol', 'c-1')).status).toBe(200);
  });
});
