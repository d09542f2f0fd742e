import { describe, expect, test } from '@jest/globals';
import { headerOf } from '../support/client/answer.ts';
import { reasonOf } from '../support/client/refusal.ts';
import { send } from '../support/client/send.ts';
import { clockPasses } from '../support/fake-time.ts';
import { type Pair, type Rig, SharedStore, sessionAt, startRig, through } from './rig.ts';
import {
  beginSession,
  fromWhom,
  INITIALIZE,
  instances,
  JSON_TYPE,
  type SessionClient,
} from './support.ts';

const METHODS = ['POST', 'GET', 'DELETE'];

async function outcomeOf(session: SessionClient, method = 'POST'): Promise<[number, string]> {
  const answer = await session.send({ method });
  return [answer.status, reasonOf(answer)];
}

describe('a session whose target was taken out of the list', () => {
  test.each(METHODS)('is 404 for a %s, and forgotten', async (method) => {
    const [a, b, c] = (await instances(3)) as [...Pair, Pair[0]];
    const store = new SharedStore();
    const long = await startRig([a, b, c], { sessions: { store } });
    const short = await startRig([a, b], { sessions: { store } });
    const session = await sessionAt(long.port, c);
    const kept = await sessionAt(long.port, a);
    const heard = c.seen.length;
    expect(await outcomeOf(through(short.port, session), method)).toEqual([
      404,
      'session_not_found',
    ]);
    // Those who still have the target in the list know it no more either: it is known to all, or to none.
    expect(await outcomeOf(session, method)).toEqual([404, 'session_not_found']);
    expect(c.seen).toHaveLength(heard);
    expect(fromWhom(await through(short.port, kept).send())).toBe(a.name);
    expect(b.seen).not.toContain(`POST ping`);
  });

  test('is 404 where the store cannot forget it, which is reported', async () => {
    const [a, b, c] = (await instances(3)) as [...Pair, Pair[0]];
    class Keeping extends SharedStore {
      override delete(): never {
        throw new Error('read only');
      }
    }
    const store = new SharedStore();
    const long = await startRig([a, b, c], { sessions: { store } });
    const session = await sessionAt(long.port, c);
    const keeping = new Keeping();
    for (const [key, value] of store.entries) keeping.entries.set(key, value);
    const short = await startRig([a, b], { sessions: { store: keeping } });
    expect(await outcomeOf(through(short.port, session))).toEqual([404, 'session_not_found']);
    expect(short.errors.map(({ reason }) => reason)).toEqual([
      'store_unavailable',
      'session_not_found',
    ]);
  });
});

describe('a session whose target cannot be connected to', () => {
  test('is 502 until the breaker opens, then 404 and forgotten; clients begin anew elsewhere', async () => {
    const [a, b] = (await instances(2)) as Pair;
    const { gateway, port } = await startRig([a, b], { breaker: { failures: 2 } });
    const session = await sessionAt(port, a);
    const other = await sessionAt(port, a);
    await a.crash();
    for (let i = 0; i < 2; i++) {
      expect(await outcomeOf(session)).toEqual([502, 'upstream_unreachable']);
    }
    expect(gateway.targets()).toMatchObject([{ state: 'open' }, { state: 'closed' }]);
    expect(await outcomeOf(session)).toEqual([404, 'session_not_found']);
    expect((await beginSession(port)).home).toBe(b.name);
    expect(b.seen).not.toContain('POST ping');

    // The target is back, without what it knew: the one that was asked for is forgotten, for the other the
    // target itself says so.
    await a.start();
    gateway.restore(a.url);
    expect(await outcomeOf(session)).toEqual([404, 'session_not_found']);
    const answer = await other.send({ method: 'GET' });
    expect([answer.status, answer.body]).toEqual([404, '{}']);
    expect(a.seen.filter((seen) => seen === 'POST ping')).toEqual([]);
  });

  test('stays where no breaker says that it is gone', async () => {
    const [a, b] = (await instances(2)) as Pair;
    const { port } = await startRig([a, b], { breaker: false });
    const session = await sessionAt(port, a);
    await a.crash();
    for (let i = 0; i < 8; i++) {
      expect(await outcomeOf(session)).toEqual([502, 'upstream_unreachable']);
    }
    expect(b.seen).not.toContain('POST ping');
  });
});

describe('a session that began after its target was lost and came back', () => {
  /** One gateway has found its target down and leaves it alone; the other has begun a session there. */
  async function begunElsewhere(lose: (a: Pair[0], session: SessionClient) => Promise<void>) {
    const [a, b] = (await instances(2)) as Pair;
    const config = { breaker: { failures: 2 }, sessions: { store: new SharedStore() } };
    const one = await startRig([a, b], config);
    const other = await startRig([a, b], config);
    const lost = await sessionAt(one.port, a);
    await lose(a, lost);
    expect(one.gateway.targets()[0]?.state).toBe('open');
    await a.start();
    const begun = await sessionAt(other.port, a);
    return { a, b, one, lost, begun: through(one.port, begun) };
  }

  async function unreachable(a: Pair[0], session: SessionClient): Promise<void> {
    await a.crash();
    for (let i = 0; i < 2; i++) await outcomeOf(session);
  }

  /** As a crash does it: with the streams that were open. */
  async function cut(a: Pair[0], session: SessionClient): Promise<void> {
    const streams = [await session.stream(), await session.stream()];
    await a.crash();
    for (const stream of streams) await stream.closed();
  }

  test.each([
    ['could not connect to it', unreachable],
    ['lost its connections to it', cut],
  ])('is served through a gateway that %s', async (_, lose) => {
    const { a, b, one, lost, begun } = await begunElsewhere(lose);
    expect(fromWhom(await begun.send())).toBe(a.name);
    await begun.stream();
    expect((await begun.send({ method: 'DELETE' })).status).toBe(204);
    // Those of before are not there any more, as the target itself says.
    const answer = await lost.send();
    expect([answer.status, answer.body]).toEqual([404, '{}']);
    // What belongs to no session still leaves it alone.
    expect(one.gateway.targets()[0]?.state).toBe('open');
    expect((await beginSession(one.port)).home).toBe(b.name);
  });
});

test('a session whose target has crashed with its streams is 404, and begins anew elsewhere', async () => {
  const [a, b] = (await instances(2)) as Pair;
  const { gateway, port } = await startRig([a, b], { breaker: { failures: 2 } });
  const session = await sessionAt(port, a);
  const streams = [await session.stream(), await session.stream()];
  await a.crash();
  for (const stream of streams) await stream.closed();
  expect(gateway.targets()[0]?.state).toBe('open');
  for (const method of METHODS) {
    expect(await outcomeOf(session, method)).toEqual([404, 'session_not_found']);
  }
  expect((await beginSession(port)).home).toBe(b.name);
});

describe('a session whose target fails with statuses', () => {
  async function failed(): Promise<{ all: Pair; rig: Rig; session: SessionClient }> {
    const all = (await instances(2)) as Pair;
    const [a] = all;
    const rig = await startRig(all, { breaker: { failures: 2 } });
    const session = await sessionAt(rig.port, a);
    a.answering = (_req, res) => void res.writeHead(503, JSON_TYPE).end('{}');
    for (let i = 0; i < 2; i++) expect((await session.send()).status).toBe(503);
    a.answering = undefined;
    expect(rig.gateway.targets()[0]?.state).toBe('open');
    return { all, rig, session };
  }

  test('waits with 503 and Retry-After; no target hears of it', async () => {
    const { all, session } = await failed();
    const heard = all.flatMap(({ seen }) => seen).length;
    for (const method of METHODS) {
      const answer = await session.send({ method });
      expect([answer.status, reasonOf(answer)]).toEqual([503, 'upstream_unavailable']);
      const seconds = Number(headerOf(answer, 'Retry-After'));
      expect(seconds).toBeGreaterThan(1);
      expect(seconds).toBeLessThanOrEqual(33);
    }
    expect(all.flatMap(({ seen }) => seen)).toHaveLength(heard);
  });

  test('goes on when something else has found out that the target is back', async () => {
    const { all, rig, session } = await failed();
    const [a, b] = all;
    clockPasses(33_000);
    // What belongs to no session and may try goes there first.
    expect(fromWhom(await send(rig.port))).toBe(a.name);
    expect(rig.gateway.targets()[0]?.state).toBe('closed');
    expect(fromWhom(await session.send())).toBe(a.name);
    expect(b.seen).not.toContain('POST ping');
  });

  test('may find out itself, by a POST and by nothing else', async () => {
    const { all, rig, session } = await failed();
    clockPasses(33_000);
    const heard = all[0].seen.length;
    for (const method of ['GET', 'DELETE']) {
      const answer = await session.send({ method });
      expect([answer.status, headerOf(answer, 'Retry-After')]).toEqual([503, '1']);
    }
    expect(all[0].seen).toHaveLength(heard);
    expect(rig.gateway.targets()[0]?.state).toBe('half-open');
    expect(fromWhom(await session.send())).toBe(all[0].name);
    expect(rig.gateway.targets()[0]?.state).toBe('closed');
    await session.stream();
  });
});

test('one whose instance has started anew is 404 by that instance, and no other hears of it', async () => {
  const [a, b] = (await instances(2)) as Pair;
  const { port } = await startRig([a, b]);
  const session = await sessionAt(port, a);
  await a.crash();
  await a.start();
  const answer = await session.send();
  expect([answer.status, answer.body]).toEqual([404, '{}']);
  expect(b.seen.every((seen) => seen === `POST initialize`)).toBe(true);
  expect((await send(port, { body: INITIALIZE })).status).toBe(200);
});
