import { describe, expect, test } from '@jest/globals';
import type { LimitContext, PolicyContext, Principal } from '../../src/index.ts';
import { valuesOf } from '../support/client/answer.ts';
import { errorOf } from '../support/client/refusal.ts';
import { call, message } from '../support/messages.ts';
import { byHeader, limited } from './support/limited.ts';
import { TestStore } from './support/stores.ts';

const PING = message('ping');
const times = (n: number) => Array.from({ length: n }, () => PING);

const PLANS: Readonly<Record<string, number>> = {
  free: 1,
  team: 3,
  closed: 0,
  endless: Number.POSITIVE_INFINITY,
};
const byPlan = ({ principal }: LimitContext) => PLANS[principal?.subject ?? ''] as number;

const STORES: [string, () => TestStore | undefined][] = [
  ['in this process', () => undefined],
  ['in a store', () => new TestStore()],
];

describe.each(STORES)('a limit that a function says, counted %s', (_where, makeStore) => {
  const plans = async () => {
    const store = makeStore();
    return limited(
      { limit: byPlan, window: '1h', by: 'user', name: 'plan', ...(store && { store }) },
      { auth: byHeader },
    );
  };

  test('is each one’s own', async () => {
    const { statuses } = await plans();
    expect(await statuses(times(2), { user: 'free' })).toEqual([200, 429]);
    expect(await statuses(times(4), { user: 'team' })).toEqual([200, 200, 200, 429]);
  });

  test('is what the headers and the sentence say', async () => {
    const { send } = await plans();
    const answer = await send(PING, { user: 'team' });
    expect(valuesOf(answer, 'ratelimit')[0]).toMatch(/^"plan"; r=2; /);
    expect(valuesOf(answer, 'ratelimit-policy')[0]).toMatch(/^"plan"; q=3; w=3600; /);
    await send(PING, { user: 'free' });
    const refused = await send(PING, { user: 'free' });
    expect(errorOf(refused).message).toContain('the limit is 1 in 1 hour');
  });

  test('0 is nothing at all, and says so', async () => {
    const { send, upstream } = await plans();
    const answer = await send(PING, { user: 'closed' });
    expect(answer.status).toBe(429);
    expect(errorOf(answer).message).toBe('This is not open to you: your limit is 0');
    expect(upstream.seen).toEqual([]);
  });

  test('Infinity is none, and counts nothing', async () => {
    const { send, statuses } = await plans();
    expect(await statuses(times(20), { user: 'endless' })).toEqual(Array(20).fill(200));
    expect(valuesOf(await send(PING, { user: 'endless' }), 'ratelimit')).toEqual([]);
  });
});

describe('what a function of a limit gives otherwise refuses the request', () => {
  const odd: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a text', '5'],
    ['NaN', Number.NaN],
    ['a part of one', 1.5],
    ['less than nothing', -1],
    ['less than everything', Number.NEGATIVE_INFINITY],
    ['yes', true],
    ['an object', { limit: 5 }],
    ['a promise', Promise.resolve(5)],
    ['a promise that rejects', Promise.reject(new Error('odd'))],
    ['a bigint', 5n],
  ];
  for (const [, value] of odd) if (value instanceof Promise) value.catch(() => {});

  test.each(odd)('%s: 500', async (_name, value) => {
    const { send, upstream, errors } = await limited({
      limit: () => value as number,
      window: '1h',
    });
    expect((await send(PING)).status).toBe(500);
    expect(upstream.seen).toEqual([]);
    expect(errors.map(({ reason }) => reason)).toEqual(['internal_error']);
    expect(String(errors[0]?.cause)).toMatch(/`limit` of a limit gives a whole/);
  });

  test('one that throws: 500', async () => {
    const { send, errors } = await limited([
      { limit: 100, window: '1h' },
      {
        limit: () => {
          throw new Error('no plan');
        },
        window: '1h',
        name: 'plan',
      },
    ]);
    expect((await send(PING)).status).toBe(500);
    expect(errors.map(({ cause }) => cause)).toEqual([new Error('no plan')]);
  });
});

test('a limit that a function says is asked behind auth, and told of the message where it is read', async () => {
  const seen: (readonly [string | undefined, string | undefined])[] = [];
  const limit = ({ principal, mcp }: LimitContext) => {
    seen.push([principal?.subject, mcp?.name]);
    return 5;
  };
  const { send, upstream } = await limited(
    [
      { limit, window: '1h', name: 'a' },
      { limit, window: '1h', name: 'b', match: { method: 'tools/call' } },
    ],
    { auth: (req): Principal => byHeader(req) },
  );
  await send(call('search'), { user: 'ada' });
  expect(seen).toEqual([
    ['ada', 'search'],
    ['ada', 'search'],
  ]);
  expect(upstream.seen).toHaveLength(1);
});

test.each([
  ['limit', { limit: ({ mcp }: LimitContext) => Number(mcp?.arguments?.pages) + 5 }],
  ['weight', { limit: 5, weight: ({ mcp }: PolicyContext) => Number(mcp.arguments?.pages) }],
])(
  'what the function of %s cannot read in one way is refused, and the reason is told',
  async (_what, terms) => {
    const { send, upstream, errors } = await limited({
      ...terms,
      window: '1h',
      match: { method: 'tools/call' },
    });
    const refused = await send(call('fetch', { args: '{"pages":9007199254740993}' }));
    expect([refused.status, valuesOf(refused, 'retry-after')]).toEqual([429, ['3600']]);
    expect(errorOf(refused).message).toMatch(/^This cannot be counted, because two readers could/);
    expect(upstream.seen).toEqual([]);
    expect(errors.map(({ reason }) => reason)).toEqual(['rate_limited']);
  },
);
