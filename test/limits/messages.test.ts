import { describe, expect, test } from '@jest/globals';
import type { Limit, PolicyContext } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { errorOf } from '../support/client/refusal.ts';
import { call, message, notification } from '../support/messages.ts';
import { byHeader, limited } from './support/limited.ts';
import { TestStore } from './support/stores.ts';

const PING = message('ping');
const CANCELLED = notification('notifications/cancelled', '{"requestId":1}');
const RESPONSE = '{"jsonrpc":"2.0","id":"s1","result":{}}';
const ONE = { limit: 1, window: '1h' } as const;

describe('match: a limit is about the messages that match, and no others', () => {
  const read = message('resources/read', '{"uri":"file:///a"}');
  const get = message('prompts/get', '{"name":"delete_x"}');

  test.each<[Limit['match'], string[], number[]]>([
    [{ method: 'tools/call' }, [call('a'), PING, call('b')], [200, 200, 429]],
    [{ method: 'tools/*' }, [message('tools/list'), call('a'), PING], [200, 429, 200]],
    [{ name: 'delete_*' }, [call('a'), call('delete_a'), get], [200, 200, 429]],
    [{ method: 'tools/call', name: 'delete_*' }, [get, get, call('delete_a')], [200, 200, 200]],
    [{ method: ['ping', 'resources/*'] }, [PING, read, call('a')], [200, 429, 200]],
    [{ name: ['file://*', 'x'] }, [read, call('x'), PING, PING], [200, 429, 200, 200]],
    [{ name: '*' }, [PING, PING, call('a'), read], [200, 200, 200, 429]],
  ])('%j', async (match, bodies, expected) => {
    const { statuses } = await limited({ ...ONE, match: match as NonNullable<typeof match> });
    expect(await statuses(bodies)).toEqual(expected);
  });

  test('a GET has no message, and matches nothing', async () => {
    const { bare } = await limited({ ...ONE, match: { method: '*' } });
    for (let i = 0; i < 3; i += 1) expect((await bare('GET')).status).toBe(200);
  });
});

describe('weight: a message may count for several, or not at all', () => {
  test('a number', async () => {
    const { statuses } = await limited({ limit: 5, window: '1h', weight: 2 });
    expect(await statuses([PING, PING, PING])).toEqual([200, 200, 429]);
  });

  test('a function of the message', async () => {
    const limit: Limit = {
      limit: 10,
      window: '1h',
      weight: ({ mcp }) => (mcp.method === 'ping' ? 0 : Number(mcp.arguments?.pages)),
    };
    const { statuses, send } = await limited(limit);
    const pages = (n: number) => call('t', { args: `{"pages":${n}}` });
    expect(await statuses([PING, pages(6), PING, pages(5), pages(4), pages(1)])).toEqual([
      // What is refused does not use up what is left.
      200, 200, 200, 429, 200, 429,
    ]);
    expect(valuesOf(await send(PING), 'ratelimit')).toEqual([]);
  });

  test('what weighs more than the limit could never pass, and is told so', async () => {
    const store = new TestStore();
    const limit = { limit: 10, window: '1h', weight: () => 5000, store };
    const answer = await (await limited(limit)).send(call('t', { id: '9' }));
    expect([answer.status, store.calls]).toEqual([429, []]);
    expect(errorOf(answer).message).toMatch(/5000.*10 in 1 hour/);
    expect(answer.body).toContain('"id":9,');
  });

  test.each([
    ['throws', () => JSON.parse('{')],
    ['gives a fraction', () => 0.5],
    ['gives less than nothing', () => -1],
    ['gives NaN', () => Number.NaN],
    ['gives a text', () => '1' as never],
    ['gives a promise', (async () => 1) as never],
  ])(
    'a function that %s lets nothing pass',
    async (_what, weight: (ctx: PolicyContext) => number) => {
      const { send, upstream, errors } = await limited({ limit: 10, window: '1h', weight });
      expect((await send(PING)).status).toBe(500);
      expect([upstream.seen.length, errors[0]?.reason]).toEqual([0, 'internal_error']);
    },
  );

  test('where a function sees arguments, all of them are under the strict rules', async () => {
    const { statuses } = await limited({ limit: 10, window: '1h', weight: () => 1 });
    expect(await statuses([call('t', { args: '{"a":1,"a":2}' })])).toEqual([400]);
    const blind = await limited({ limit: 10, window: '1h', weight: 2 });
    expect(await blind.statuses([call('t', { args: '{"a":1,"a":2}' })])).toEqual([200]);
  });
});

describe('each message of a batch counts', () => {
  test('a batch is as many requests as it has, and passes whole or not at all', async () => {
    const { statuses, upstream } = await limited({ limit: 3, window: '1h', by: 'session' });
    const batch = (n: number) => `[${Array(n).fill(PING).join()}]`;
    expect(await statuses([batch(4), batch(2), batch(2), batch(1), PING])).toEqual([
      429, 200, 429, 200, 429,
    ]);
    expect(upstream.seen).toHaveLength(2);
  });

  test('by tool, each under its own', async () => {
    const { statuses } = await limited({ ...ONE, by: 'tool' });
    expect(await statuses([`[${call('a')},${call('b')}]`])).toEqual([200]);
    expect(await statuses([call('a'), call('b'), `[${call('c')},${call('a')}]`])).toEqual([
      429, 429, 429,
    ]);
  });

  test('a call among notifications does not hide', async () => {
    const { statuses } = await limited({ ...ONE, by: ['user', 'tool'] });
    expect(await statuses([call('a'), `[${CANCELLED},${call('a')}]`])).toEqual([200, 429]);
  });
});

describe('what ends or answers something is counted apart from what asks', () => {
  const bySession = { ...ONE, by: 'session' } as const;

  test.each([
    ['a response', RESPONSE],
    ['a notification', CANCELLED],
  ])('%s passes when the requests are used up, and up to the same limit', async (_what, body) => {
    const { statuses } = await limited(bySession);
    expect(await statuses([PING, PING, body, body, PING])).toEqual([200, 429, 200, 429, 429]);
  });

  test.each([
    ['by address', ONE],
    ['by session', bySession],
    ['by user', { ...ONE, by: 'user' } as const],
  ])('DELETE, %s', async (_what, limit) => {
    const { statuses, bare } = await limited(limit);
    const session = { session: 's' };
    expect(await statuses([PING, PING], session)).toEqual([200, 429]);
    expect((await bare('DELETE', session)).status).toBe(200);
    expect((await bare('DELETE', session)).status).toBe(429);
  });

  test('what they leave is no news to a client: they carry no RateLimit', async () => {
    const { send } = await limited(bySession);
    expect(valuesOf(await send(CANCELLED), 'ratelimit')).toEqual([]);
    expect(valuesOf(await send(PING), 'ratelimit')).toHaveLength(1);
  });

  test('a call without an id is a call', async () => {
    const { statuses } = await limited({ ...ONE, by: 'tool' });
    const silent = call('a').replace('"id":1,', '');
    expect(await statuses([silent, call('a')])).toEqual([200, 429]);
  });

  test('a GET counts as a request', async () => {
    const { statuses, bare } = await limited(ONE);
    expect((await bare('GET')).status).toBe(200);
    expect(await statuses([PING])).toEqual([429]);
  });
});

describe('cost: the body is read only where a limit needs the message', () => {
  const notJson = 'not json';

  test.each<[string, Limit, number]>([
    ['by address', { ...ONE }, 200],
    ['by user', { ...ONE, by: 'user' }, 200],
    ['by a function', { ...ONE, by: () => 'a' }, 200],
    ['by session', { ...ONE, by: 'session' }, 400],
    ['by tool', { ...ONE, by: 'tool' }, 400],
    ['by address and tool', { ...ONE, by: ['ip', 'tool'] }, 400],
    ['with match', { ...ONE, match: { name: 'a' } }, 400],
    ['with weight', { ...ONE, weight: () => 1 }, 400],
  ])('%s', async (_what, limit, status) => {
    const { statuses } = await limited(limit, { auth: byHeader, sessions: false });
    expect(await statuses([notJson])).toEqual([status]);
  });
});
