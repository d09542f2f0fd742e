import { describe, expect, test } from '@jest/globals';
import { createMcpGateway } from '../../src/index.ts';
import { checkConfig } from '../../src/options/config-problems.ts';
import { readBreaker } from '../../src/targets/breaker-options.ts';
import { readHealth } from '../../src/targets/health-options.ts';
import { configErrorOf } from '../support/config-error.ts';

const breaker = (value: unknown, hasSeveral = true) =>
  checkConfig('test', (problems) =>
    readBreaker(problems.at('breaker'), value as never, hasSeveral),
  );

const health = (value: unknown) =>
  checkConfig('test', (problems) => readHealth(problems.at('health'), value as never));

/** The mistakes as `path: expected`. */
const mistakesOf = (read: () => unknown) =>
  configErrorOf(read)?.problems.map(({ path, expected }) => `${path}: ${expected}`);

const DEFAULTS = { failures: 5, openForMs: 30_000, statuses: new Set([502, 503, 504]) };

describe('breaker', () => {
  test('is there by default with several targets, and not with one', () => {
    expect(breaker(undefined, true)).toEqual(DEFAULTS);
    expect(breaker(undefined, false)).toBeUndefined();
  });

  test.each([true, false])('is as it is told, with several targets: %j', (hasSeveral) => {
    expect(breaker(false, hasSeveral)).toBeUndefined();
    expect(breaker({}, hasSeveral)).toEqual(DEFAULTS);
    expect(breaker({ failures: 1, openFor: '1m', statuses: [500, 429, 500] }, hasSeveral)).toEqual({
      failures: 1,
      openForMs: 60_000,
      statuses: new Set([500, 429]),
    });
    expect(breaker({ statuses: [] }, hasSeveral)).toEqual({ ...DEFAULTS, statuses: new Set() });
  });

  const FAILURES = 'breaker.failures: a whole number from 1';
  const STATUS = 'statuses from 400 to 599';
  const DURATION = "breaker.openFor: milliseconds up to 24 days, or a duration like '30s' or '5m'";

  test.each<[unknown, string[]]>([
    [{ failures: 0 }, [FAILURES]],
    [{ failures: -1 }, [FAILURES]],
    [{ failures: 2.5 }, [FAILURES]],
    [{ failures: '5' }, [FAILURES]],
    [{ failures: Number.NaN }, [FAILURES]],
    [{ failures: Number.POSITIVE_INFINITY }, [FAILURES]],
    [{ failures: null }, [FAILURES]],
    [{ openFor: 0 }, [DURATION]],
    [{ openFor: '30' }, [DURATION]],
    [{ openFor: false }, [DURATION]],
    [{ openFor: '30d' }, [DURATION]],
    [{ statuses: 503 }, [`breaker.statuses: a list, and in it ${STATUS}`]],
    [{ statuses: [503, 200] }, [`breaker.statuses[1]: ${STATUS}`]],
    [{ statuses: [302, 600, '503'] }, [0, 1, 2].map((i) => `breaker.statuses[${i}]: ${STATUS}`)],
    [{ statuses: [503.5, Number.NaN] }, [0, 1].map((i) => `breaker.statuses[${i}]: ${STATUS}`)],
    [{ failure: 3 }, ['breaker.failure: failures']],
    [{ open_for: '1s', failures: 0 }, ['breaker.open_for: openFor', FAILURES]],
    [true, ['breaker: an object like { failures: 5 }']],
    [null, ['breaker: an object like { failures: 5 }']],
    ['30s', ['breaker: an object like { failures: 5 }']],
    [[503], ['breaker: an object like { failures: 5 }']],
  ])('%j is refused', (value, mistakes) => {
    expect(mistakesOf(() => breaker(value))).toEqual(mistakes);
  });
});

describe('health', () => {
  test('is off by default', () => {
    expect([health(undefined), health(false)]).toEqual([undefined, undefined]);
  });

  test('takes a path, and the rest by default', () => {
    expect(health({ path: '/healthz' })).toEqual({
      path: '/healthz',
      everyMs: 10_000,
      timeoutMs: 2_000,
    });
    expect(health({ path: '/h%20z?ready=1&x', every: 500, timeout: '100ms' })).toEqual({
      path: '/h%20z?ready=1&x',
      everyMs: 500,
      timeoutMs: 100,
    });
  });

  const PATH = "health.path: a path on the host of the target, like '/healthz'";

  test.each<[unknown, string[]]>([
    [{}, [PATH]],
    [{ path: '' }, [PATH]],
    [{ path: 'healthz' }, [PATH]],
    [{ path: '//other.example/' }, [PATH]],
    [{ path: 'https://other.example/healthz' }, [PATH]],
    [{ path: '/health z' }, [PATH]],
    [{ path: '/healthz\r\nX: y' }, [PATH]],
    [{ path: '/gesundheit/prüfen' }, [PATH]],
    [{ path: '/healthz#now' }, [PATH]],
    [{ path: 5 }, [PATH]],
    [
      { path: '/healthz', every: 0, timeout: '2 days' },
      ['every', 'timeout'].map(
        (name) => `health.${name}: milliseconds up to 24 days, or a duration like '30s' or '5m'`,
      ),
    ],
    [{ path: '/healthz', interval: 5 }, ['health.interval: one of path, every, timeout']],
    [true, ["health: an object like { path: '/healthz' }"]],
    ['/healthz', ["health: an object like { path: '/healthz' }"]],
  ])('%j is refused', (value, mistakes) => {
    expect(mistakesOf(() => health(value))).toEqual(mistakes);
  });
});

test.each([[() => {}], [['http://a.example/mcp']], ['ftp://a.example/mcp']])(
  'a list of targets has URLs in it and nothing else: %p',
  (value) => {
    const target = ['http://a.example/mcp', value] as string[];
    const error = configErrorOf(() => createMcpGateway({ target }));
    expect(error?.message).toMatch(
      /target\[1\]: given an? \w+; expected the upstream's URL, like 'https:\/\/mcp.example\/mcp'(: the gateway does not speak ftp:)? \(invalid_value\)$/m,
    );
  },
);
