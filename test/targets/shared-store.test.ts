import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { apiKey, type GatewayConfig, type SessionStore } from '../../src/index.ts';
import { headerOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { type Outgoing, PING } from '../support/client/request.ts';
import { send } from '../support/client/send.ts';
import { holdTimers, inHeldTime } from '../support/fake-time.ts';
import { type Pair, SharedStore, sessionAt, startRig, through } from './rig.ts';
import { beginSession, fromWhom, INITIALIZE, type Instance, instances } from './support.ts';

const ANSWER = '{"jsonrpc":"2.0","id":"s-1","result":{"action":"accept"}}';
const NOT_FOUND = [404, 'session_not_found'];

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** How a gateway asks who comes, and what the client says then. */
type Access = [name: string, config: Partial<GatewayConfig>, headers: Record<string, string>];

const WITH_AUTH: Access = [
  'with auth',
  {
    auth: apiKey({
      keys: [
        { sha256: sha256('of ada'), subject: 'ada' },
        { sha256: sha256('of bob'), subject: 'bob' },
      ],
    }),
  },
  { 'X-Api-Key': 'of ada' },
];

const ACCESSES: Access[] = [['without auth', {}, {}], WITH_AUTH];

async function refusalOf(sent: Promise<Awaited<ReturnType<typeof send>>>) {
  const answer = await sent;
  return [answer.status, reasonOf(answer)];
}

function seenBy(all: readonly Instance[]): number {
  return all.flatMap(({ seen }) => seen).length;
}

describe.each(ACCESSES)('two gateways on one store, %s', (_, config, headers) => {
  test('a session begun through one lives at the same target through the other', async () => {
    const all = await instances(3);
    const shared = { ...config, sessions: { store: new SharedStore() } };
    const one = await startRig(all, shared);
    // In another order: what counts is the URL.
    const other = await startRig(all.toReversed(), shared);
    for (const instance of all) {
      const session = await sessionAt(one.port, instance, headers);
      const elsewhere = through(other.port, session, headers);
      const before = instance.seen.length;
      expect(fromWhom(await elsewhere.send())).toBe(session.home);
      expect((await elsewhere.send({ body: ANSWER })).status).toBe(200);
      await elsewhere.stream();
      await elsewhere.stream({ 'Last-Event-ID': 'event-7' });
      expect(instance.heads.at(-1)).toMatchObject({ 'last-event-id': 'event-7' });
      expect(instance.streams.size).toBe(2);
      expect((await elsewhere.send({ method: 'DELETE' })).status).toBe(204);
      expect(instance.seen.slice(before)).toEqual([
        'POST ping',
        'POST answer',
        'GET',
        'GET',
        'DELETE',
      ]);
      expect(instance.bodies.slice(-2)).toEqual([PING, ANSWER]);
      // Its server says what became of it, through both.
      for (const again of [session, elsewhere]) {
        const gone = await again.send();
        expect([gone.status, gone.body]).toEqual([404, '{}']);
      }
    }
  });

  test('owner and home are one value, and neither an id nor a URL is in the store', async () => {
    const all = await instances(2);
    const store = new SharedStore();
    const { port } = await startRig(all, { ...config, sessions: { store } });
    const { id } = await beginSession(port, headers);
    expect(store.entries.size).toBe(1);
    const text = [...store.entries].flat().join(' ');
    expect(text).not.toContain(id);
    expect(text).not.toMatch(/127\.0\.0\.1|http|%|:\/\//);
  });
});

test('another user’s session is 404 through both gateways, and no target hears of it', async () => {
  const [, config, headers] = WITH_AUTH;
  const all = await instances(2);
  const shared = { ...config, sessions: { store: new SharedStore() } };
  const [one, other] = [await startRig(all, shared), await startRig(all, shared)];
  const session = await beginSession(one.port, headers);
  const heard = seenBy(all);
  for (const { port } of [one, other]) {
    const bob = through(port, session, { 'X-Api-Key': 'of bob' });
    for (const method of ['POST', 'GET', 'DELETE']) {
      expect(await refusalOf(bob.send({ method }))).toEqual(NOT_FOUND);
    }
  }
  expect(seenBy(all)).toBe(heard);
  expect(fromWhom(await through(other.port, session, headers).send())).toBe(session.home);
});

describe('a session that is not known', () => {
  test('is everybody’s after a restart without a shared store', async () => {
    const all = await instances(2);
    const before = await startRig(all);
    const sessions = [await beginSession(before.port), await beginSession(before.port)];
    const after = await startRig(all);
    const heard = seenBy(all);
    for (const session of sessions) {
      for (const outgoing of [{}, { body: ANSWER }, { method: 'GET' }, { method: 'DELETE' }]) {
        expect(await refusalOf(through(after.port, session).send(outgoing))).toEqual(NOT_FOUND);
      }
      // Nor may it be taken into an `initialize`.
      const sent = through(after.port, session).send({ body: INITIALIZE });
      expect(await refusalOf(sent)).toEqual(NOT_FOUND);
    }
    expect(seenBy(all)).toBe(heard);
  });

  test('is one that a gateway with a single target has kept', async () => {
    const [a, b] = (await instances(2)) as Pair;
    const [, config, headers] = WITH_AUTH;
    // Under one URL, as a gateway that got a second target.
    const shared = {
      ...config,
      publicUrl: 'https://gateway.example/mcp',
      sessions: { store: new SharedStore() },
    };
    const single = await startRig([a], shared);
    const session = await beginSession(single.port, headers);
    const several = await startRig([a, b], shared);
    const heard = seenBy([a, b]);
    expect(await refusalOf(through(several.port, session, headers).send())).toEqual(NOT_FOUND);
    expect(seenBy([a, b])).toBe(heard);
  });

  test.each([
    ['no text', 7],
    ['an object', { owner: '' }],
    ['an empty text', ''],
    ['a text of something else', 'OK'],
    ['a home that is none', `@${'x'.repeat(43)}`],
    ['half a home', '@'],
    ['two homes', `@${'x'.repeat(43)}@${'x'.repeat(43)}`],
    ['a long text', '@'.repeat(100_000)],
    ['bytes', Buffer.from('@home')],
  ])('is one for which the store gives %s', async (_, value) => {
    const all = await instances(2);
    const store = new SharedStore();
    const { port, errors } = await startRig(all, { sessions: { store } });
    const session = await beginSession(port);
    const heard = seenBy(all);
    for (const key of store.entries.keys()) store.entries.set(key, value as string);
    for (const method of ['POST', 'GET', 'DELETE']) {
      expect(await refusalOf(session.send({ method }))).toEqual(NOT_FOUND);
    }
    expect(seenBy(all)).toBe(heard);
    expect(errors.map(({ reason }) => reason)).toEqual(Array(3).fill('session_not_found'));
  });
});

describe('a store that cannot be asked', () => {
  const WAYS: [name: string, fail: () => never | Promise<never>][] = [
    [
      'throws',
      () => {
        throw new Error('away');
      },
    ],
    ['rejects', () => Promise.reject(new Error('away'))],
    ['hangs', () => new Promise<never>(() => {})],
  ];

  test.each(WAYS)(
    'that %s is 503, and no target hears of what is in a session',
    async (_, fail) => {
      const all = await instances(2);
      const store: { -readonly [Key in keyof SessionStore]: SessionStore[Key] } = new SharedStore();
      const { port } = await startRig(all, { sessions: { store } });
      const session = await beginSession(port);
      const heard = seenBy(all);
      holdTimers();
      const { get, add } = store;
      store.get = fail;
      store.add = fail;
      const calls: Outgoing[] = [{}, { body: ANSWER }, { method: 'GET' }, { method: 'DELETE' }];
      for (const outgoing of calls) {
        const answer = await inHeldTime(session.send(outgoing));
        expect([answer.status, reasonOf(answer)]).toEqual([503, 'store_unavailable']);
        expect(headerOf(answer, 'Retry-After')).toMatch(/^\d+$/);
      }
      expect(seenBy(all)).toBe(heard);
      // Whose session could not be remembered does not get to know it.
      const begun = await inHeldTime(send(port, { body: INITIALIZE }));
      expect([begun.status, reasonOf(begun)]).toEqual([503, 'store_unavailable']);
      expect(headerOf(begun, 'Mcp-Session-Id')).toBeUndefined();

      Object.assign(store, { get, add });
      expect(fromWhom(await session.send())).toBe(session.home);
    },
  );
});
