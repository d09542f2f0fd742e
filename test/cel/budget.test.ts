import { describe, expect, test } from '@jest/globals';
import { budget, MOST_STEPS } from '../../src/cel/budget.ts';
import { ask, muteWarnings } from './support/asked.ts';

muteWarnings();

const OVER = `over the budget of ${MOST_STEPS} steps`;
const long = Array.from({ length: 1_500_000 }, (_, i) => i);
const square = Array.from({ length: 400 }, () => long.slice(0, 400));
const text = 'a'.repeat(4_000_000);
const args = {
  long,
  other: [...long],
  square,
  map: Object.fromEntries(long.slice(0, 150_000).map((i) => [`k${i}`, i])),
  text,
  wrong: `b${text.slice(1)}`,
  some: long.slice(0, 3000),
  zones: long.slice(0, 3000).map((i) => `Etc/Zone${i}`),
  short: 'ab'.repeat(100),
  needle: `${'a'.repeat(5000)}b${'a'.repeat(5000)}`,
};

describe('takes too many steps, and denies', () => {
  test.each([
    'mcp.arguments.long.all(x, x >= 0.0)',
    'mcp.arguments.long.exists(x, x < 0.0)',
    'mcp.arguments.long.exists_one(x, x == 5.0)',
    'mcp.arguments.long.map(x, x).size() > 0',
    'mcp.arguments.long.filter(x, x > 5.0).size() > 0',
    '-1.0 in mcp.arguments.long',
    '!(-1.0 in mcp.arguments.long)',
    'mcp.arguments.long == mcp.arguments.other',
    'mcp.arguments.long != mcp.arguments.other',
    '(mcp.arguments.long + mcp.arguments.other).size() > 0',
    "mcp.arguments.map.all(k, k != 'a')",
    'mcp.arguments.map == mcp.arguments.map',
    'mcp.arguments.map.map(k, mcp.arguments.map[k]).size() > 0',
    'mcp.arguments.square.all(row, row.all(x, x >= 0.0))',
    'mcp.arguments.square.map(row, row.filter(x, x >= 0.0)).size() > 0',
    'mcp.arguments.square.all(row, !(1e9 in row))',
    'mcp.arguments.some.all(x, mcp.arguments.text != mcp.arguments.wrong)',
    'mcp.arguments.some.all(x, mcp.arguments.text.startsWith(mcp.arguments.text))',
    'mcp.arguments.some.all(x, (mcp.arguments.text + mcp.arguments.wrong).size() > 0)',
    "mcp.arguments.some.all(x, !mcp.arguments.text.contains('b'))",
    'mcp.arguments.some.all(x, mcp.arguments.text < mcp.arguments.wrong)',
    'mcp.arguments.some.all(x, bytes(mcp.arguments.text).size() > 0)',
    'mcp.arguments.zones.all(zone, now.getHours(zone) >= 0)',
    "!mcp.arguments.text.matches('^(a+)+$')",
    "!mcp.arguments.needle.matches('a(a|b){900}[cd]')",
  ])('%s', (expression) => {
    expect(ask(expression, { args })).toBe(OVER);
  });

  test.each([
    'req_querystring.all(a, req_querystring.exists(b, true))',
    "req_querystring.all(a, req_querystring[1] == ['a'] || true)",
    'req_headers.all(a, req_headers.exists(b, true))',
  ])('%s, of what stands in the head of a request', (expression) => {
    const names = long.slice(0, 3000).map((i) => i.toString(36));
    const headers = Object.fromEntries(names.map((name) => [name, 'a']));
    expect(ask(expression, { headers, req: { url: `/?${names.join('&')}` } })).toBe(OVER);
  });

  test.each([
    'mcp.arguments.long.all(x, x >= 0.0) || true',
    '!mcp.arguments.long.all(x, x >= 0.0) || true',
    '[1, 2].exists(y, mcp.arguments.long.all(x, x >= 0.0) || y == 2)',
  ])('and so does %s, which passes over errors', (expression) => {
    expect(ask(expression, { args })).toBe(OVER);
  });
});

describe('does not look at what it does not need', () => {
  test.each([
    'mcp.arguments.long.size() == 1500000',
    'mcp.arguments.long[1499999] == 1499999.0',
    '5.0 in mcp.arguments.long',
    'mcp.arguments.map.k77 == 77.0',
    "'k77' in mcp.arguments.map && !('x' in mcp.arguments.map)",
    "mcp.arguments.text.startsWith('aaa') && mcp.arguments.text.size() == 4000000",
    "mcp.arguments.text != mcp.arguments.wrong + 'a'",
    "!mcp.arguments.text.contains('b')",
    'mcp.arguments.some.map(x, x).map(x, x).size() == 3000',
    'mcp.arguments.some.map(x, x + 1.0).filter(x, x > 0.0).all(x, x >= 1.0)',
    "mcp.arguments.needle.matches('^a+b')",
    "!mcp.arguments.short.matches('a(a|b){900}[cd]')",
  ])('%s', (expression) => {
    expect(ask(expression, { args })).toBe(true);
  });

  test('what is found and what is not are the same as elsewhere, however long the texts are', () => {
    for (const part of [
      'ab'.repeat(600),
      `${'ab'.repeat(600)}a`,
      'aba'.repeat(500),
      'b'.repeat(1500),
    ]) {
      const whole = `${'ab'.repeat(2000)}${'aba'.repeat(400)}`;
      expect(
        ask('mcp.arguments.whole.contains(mcp.arguments.part)', { args: { whole, part } }),
      ).toBe(whole.includes(part));
    }
  });

  test('a search that is quadratic elsewhere ends', () => {
    const half = text.slice(0, 2_000_000);
    expect(
      ask('mcp.arguments.half.contains(mcp.arguments.needle)', { args: { ...args, half } }),
    ).toBe(false);
  });
});

describe('the budget', () => {
  test('counts what takes longer than other steps', () => {
    const texts = { time: '2026-01-01T00:00:00Z', span: '1h1m'.repeat(30), ...args };
    const some = args.some.slice(0, 2500);
    for (const [expression, expected] of [
      ['mcp.arguments.some.all(x, mcp.arguments.time != mcp.arguments.span)', true],
      ['mcp.arguments.some.all(x, timestamp(mcp.arguments.time) < now)', true],
      [
        '(mcp.arguments.some + mcp.arguments.some).all(x, timestamp(mcp.arguments.time) < now)',
        OVER,
      ],
      ["mcp.arguments.some.all(x, duration(mcp.arguments.span) > duration('1h'))", OVER],
      ['mcp.arguments.text.contains(mcp.arguments.needle)', OVER],
    ] as const) {
      expect([expression, ask(expression, { args: { ...texts, some } })]).toEqual([
        expression,
        expected,
      ]);
    }
  });

  test('leaves stacks of errors as they were', () => {
    const { stackTraceLimit } = Error;
    budget.limit(() => expect(Error.stackTraceLimit).toBe(0));
    expect(() => budget.limit(() => budget.spend(MOST_STEPS + 1))).toThrow(OVER);
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });

  test('needs no change of Error, which may be frozen', () => {
    const { stackTraceLimit } = Error;
    Object.defineProperty(Error, 'stackTraceLimit', { writable: false });
    try {
      expect(budget.limit(() => true)).toBe(true);
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', { writable: true, value: stackTraceLimit });
    }
  });

  test('is each evaluation’s own', () => {
    for (let i = 0; i < 3; i++)
      expect(ask('mcp.arguments.some.all(x, x >= 0.0)', { args })).toBe(true);
    expect(ask('mcp.arguments.long.all(x, x >= 0.0)', { args })).toBe(OVER);
    expect(ask('mcp.arguments.some.all(x, x >= 0.0)', { args })).toBe(true);
  });

  test('of one evaluation inside of another is its own', () => {
    budget.limit(() => {
      expect(() => budget.limit(() => budget.spend(MOST_STEPS + 1))).toThrow(OVER);
      budget.spend(MOST_STEPS);
    });
    expect(() => budget.limit(() => budget.spend(MOST_STEPS + 1))).toThrow(OVER);
  });

  test('is over although the error was caught', () => {
    const swallow = () => {
      try {
        budget.spend(MOST_STEPS + 1);
      } catch {}
      return true;
    };
    expect(() => budget.limit(swallow)).toThrow(OVER);
  });
});
