import { describe, expect, test } from '@jest/globals';
import {
  active,
  gatewayWith,
  HeldTime,
  type IntrospectionServer,
  introspectionServer,
  says,
  schemeFor,
} from './support/introspection-server.ts';

const SECOND = 1000;
const EPOCH = Date.parse('2026-01-01T00:00:00Z') / 1000;

/** A gateway, the server that it asks, and the time of both. */
async function setUp(options: Parameters<typeof schemeFor>[1] = {}) {
  const server = await introspectionServer();
  const clock = new HeldTime();
  const gateway = await gatewayWith(schemeFor(server, options, clock));
  return { server, clock, ...gateway };
}

const asked = ({ questions }: IntrospectionServer) => questions.map(({ token }) => token);

describe('how often the server is asked', () => {
  test('once a minute for each token, by default', async () => {
    const { server, clock, outcome } = await setUp();
    for (const token of ['a', 'b', 'a', 'b']) expect(await outcome(token)).toBe('200');
    expect(asked(server)).toEqual(['a', 'b']);
    clock.pass(60 * SECOND - 1);
    expect(await outcome('a')).toBe('200');
    expect(asked(server)).toEqual(['a', 'b']);
    clock.pass(1);
    expect(await outcome('a')).toBe('200');
    expect(asked(server)).toEqual(['a', 'b', 'a']);
  });

  test('a token that was revoked is taken as long as the cache says, and no longer', async () => {
    const { server, clock, outcome } = await setUp({ cache: '10s' });
    expect(await outcome('a')).toBe('200');
    server.reply = says(() => ({ active: false }));
    clock.pass(10 * SECOND - 1);
    expect(await outcome('a')).toBe('200');
    clock.pass(1);
    expect(await outcome('a')).toBe('401 unauthorized');
  });

  test('cache: false: at every request, also about what was refused', async () => {
    const { server, outcome } = await setUp({ cache: false });
    expect([await outcome('a'), await outcome('a')]).toEqual(['200', '200']);
    server.reply = says(() => ({ active: false }));
    expect([await outcome('a'), await outcome('a')]).toEqual([
      '401 unauthorized',
      '401 unauthorized',
    ]);
    expect(server.questions).toHaveLength(4);
  });

  test('a yes never holds beyond exp and the tolerance of 30 s', async () => {
    const { server, clock, outcome } = await setUp({ cache: '1d' });
    server.reply = says(() => active({ exp: EPOCH + 60 }));
    expect(await outcome('a')).toBe('200');
    clock.pass(90 * SECOND - 1);
    expect(await outcome('a')).toBe('200');
    expect(server.questions).toHaveLength(1);
    clock.pass(1);
    expect(await outcome('a')).toBe('401 unauthorized');
    expect(server.questions).toHaveLength(2);
  });

  test('a no holds for five seconds', async () => {
    const { server, clock, outcome } = await setUp();
    server.reply = says(() => ({ active: false }));
    expect([await outcome('a'), await outcome('a')]).toEqual([
      '401 unauthorized',
      '401 unauthorized',
    ]);
    expect(server.questions).toHaveLength(1);
    server.reply = says(() => active());
    clock.pass(5 * SECOND - 1);
    expect(await outcome('a')).toBe('401 unauthorized');
    clock.pass(1);
    expect(await outcome('a')).toBe('200');
    expect(server.questions).toHaveLength(2);
  });

  test('a no holds no longer than the cache', async () => {
    const { server, clock, outcome } = await setUp({ cache: '2s' });
    server.reply = says(() => ({ active: false }));
    await outcome('a');
    server.reply = says(() => active());
    clock.pass(2 * SECOND);
    expect(await outcome('a')).toBe('200');
  });

  test('the time of a yes begins when the question was asked', async () => {
    const { server, clock, call, outcome } = await setUp({ cache: '10s' });
    const arrived = Promise.withResolvers<() => void>();
    server.reply = (res, question) => {
      arrived.resolve(() => says(() => active())(res, question));
    };
    const slow = call('a');
    const answer = await arrived.promise;
    clock.pass(9 * SECOND);
    answer();
    expect((await slow).status).toBe(200);
    server.reply = says(() => ({ active: false }));
    clock.pass(SECOND);
    expect(await outcome('a')).toBe('401 unauthorized');
  });
});

describe('all who wait for the same token share one question', () => {
  test('a yes', async () => {
    const { server, call, users } = await setUp();
    const arrived = Promise.withResolvers<() => void>();
    server.reply = (res, question) => arrived.resolve(() => says(() => active())(res, question));
    const calls = Array.from({ length: 20 }, () => call('a'));
    (await arrived.promise)();
    const answers = await Promise.all(calls);
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect([server.questions.length, users.length]).toEqual([1, 20]);
  });

  test('no answer, and with cache: false', async () => {
    const { server, call } = await setUp({ cache: false });
    const arrived = Promise.withResolvers<() => void>();
    server.reply = (res) => arrived.resolve(() => void res.destroy());
    const calls = Array.from({ length: 20 }, () => call('a'));
    (await arrived.promise)();
    const answers = await Promise.all(calls);
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(503));
    expect(server.questions).toHaveLength(1);
  });

  test('others are asked about apart, and each gets its own answer', async () => {
    const { server, call, users } = await setUp();
    server.reply = says(({ token }) => active({ sub: `user-${token}`, active: token !== 'c' }));
    const answers = await Promise.all(['a', 'b', 'c', 'a'].map(call));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 200]);
    expect([users.length, new Set(users)]).toEqual([3, new Set(['user-a', 'user-b'])]);
    expect([server.questions.length, new Set(asked(server))]).toEqual([
      3,
      new Set(['a', 'b', 'c']),
    ]);
  });
});
