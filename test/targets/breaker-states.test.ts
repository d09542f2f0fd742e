import { describe, expect, test } from '@jest/globals';
import type { Attempt } from '../../src/targets/attempt.ts';
import { Breaker, type BreakerChange } from '../../src/targets/breaker.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A breaker whose time passes when a test says so, and whose jitter is none but where it says so. */
function create({ failures = 3, openForMs = 30 * SECOND, random = (): number => 0 } = {}) {
  const clock = { ms: 0 };
  const changes: BreakerChange[] = [];
  const breaker = new Breaker(
    { failures, openForMs, statuses: new Set() },
    { now: () => clock.ms, random },
    (change) => changes.push(change),
  );
  const begin = (): Attempt => {
    const attempt = breaker.begin(true);
    if (attempt === undefined) throw new Error('It lets nothing pass');
    return attempt;
  };
  const fail = (times = 1) => {
    for (let i = 0; i < times; i += 1) begin().failed('timeout');
  };
  const pass = (ms: number) => {
    clock.ms += ms;
  };
  return { breaker, begin, fail, pass, changes };
}

describe('closed', () => {
  test('opens at the last of so many failures in a row, and not before', () => {
    const { breaker, fail } = create();
    fail(2);
    expect([breaker.state, breaker.failures, breaker.admits(false)]).toEqual(['closed', 2, true]);
    fail();
    expect([breaker.state, breaker.failures, breaker.admits(true)]).toEqual(['open', 3, false]);
    expect(breaker.begin(true)).toBeUndefined();
  });

  test.each([
    ['an answer that has ended well', (attempt: Attempt) => attempt.endedWell()],
    ['an event stream that has stood', (attempt: Attempt) => attempt.stood()],
  ])('%s ends the row', (_what, goWell) => {
    const { breaker, begin, fail } = create();
    fail(2);
    const attempt = begin();
    attempt.answered();
    goWell(attempt);
    fail(2);
    expect(breaker.state).toBe('closed');
    fail();
    expect(breaker.state).toBe('open');
  });

  test.each([
    ['the head of an answer', (attempt: Attempt) => attempt.answered()],
    ['a client that leaves', (attempt: Attempt) => attempt.left()],
  ])('%s neither ends the row nor continues it', (_what, tell) => {
    const { breaker, begin, fail } = create();
    fail(2);
    tell(begin());
    expect([breaker.state, breaker.failures]).toEqual(['closed', 2]);
    fail();
    expect(breaker.state).toBe('open');
  });

  test('an answer that breaks off is a failure, and once', () => {
    const { breaker, begin } = create();
    const attempt = begin();
    attempt.answered();
    attempt.failed('lost');
    attempt.failed('lost');
    attempt.endedWell();
    attempt.left();
    expect([breaker.failures, breaker.lastFailure]).toEqual([1, 'lost']);
  });

  test('the body of an answer whose status is a failure ends nothing', () => {
    const { breaker, begin } = create();
    const attempt = begin();
    attempt.failed('status');
    attempt.endedWell();
    expect(breaker.failures).toBe(1);
  });

  test('what failed is forgotten after openFor of quiet', () => {
    const { breaker, fail, pass } = create();
    fail(2);
    pass(30 * SECOND - 1);
    expect(breaker.failures).toBe(2);
    pass(1);
    expect(breaker.failures).toBe(0);
    fail(2);
    expect(breaker.state).toBe('closed');
  });

  test('it is not quiet while requests hang', () => {
    const { breaker, begin, pass } = create();
    for (let i = 0; i < 3; i += 1) {
      const attempt = begin();
      pass(2 * MINUTE);
      attempt.failed('timeout');
      pass(5 * SECOND);
    }
    expect(breaker.state).toBe('open');
  });

  test('a stream that stands is quiet', () => {
    const { breaker, begin, fail, pass } = create();
    const attempt = begin();
    attempt.answered();
    fail(2);
    pass(30 * SECOND);
    attempt.failed('lost');
    expect(breaker.failures).toBe(1);
  });
});

describe('open', () => {
  test('names one time of day for as long as it is open', () => {
    const { breaker, fail, pass } = create();
    fail(3);
    const named = breaker.openUntil;
    expect(named).toBeInstanceOf(Date);
    pass(10 * SECOND);
    expect(breaker.openUntil).toEqual(named);
    pass(20 * SECOND);
    expect(breaker.openUntil).toBeUndefined();
  });

  test('for openFor, and for a tenth more at most', () => {
    const { breaker, fail, pass } = create({ random: () => 0.999_999 });
    fail(3);
    expect(breaker.retryAt).toBeGreaterThan(30 * SECOND);
    expect(breaker.retryAt).toBeLessThanOrEqual(33 * SECOND);
    pass(30 * SECOND);
    expect(breaker.state).toBe('open');
    pass(3 * SECOND);
    expect([breaker.state, breaker.admits(true), breaker.admits(false)]).toEqual([
      'half-open',
      true,
      false,
    ]);
  });

  test('for as long as the host asks with the failure that opens it, without jitter', () => {
    const { breaker, begin, fail } = create({ random: () => 0.5 });
    begin().failed('status', 100 * SECOND);
    fail();
    begin().failed('status', 7 * SECOND);
    expect(breaker.retryAt).toBe(7 * SECOND);
  });

  test.each([5 * MINUTE + 1, 1e15, Number.POSITIVE_INFINITY])(
    'for 5 minutes where the host asks for %d ms',
    (ms) => {
      const { breaker, begin, fail } = create();
      fail(2);
      begin().failed('status', ms);
      expect(breaker.retryAt).toBe(5 * MINUTE);
    },
  );

  test('for openFor where that is longer than 5 minutes, and never for twice as long', () => {
    const { breaker, begin, fail, pass } = create({ openForMs: 10 * MINUTE });
    fail(3);
    expect(breaker.retryAt).toBe(10 * MINUTE);
    pass(10 * MINUTE);
    begin().failed('timeout');
    expect(breaker.retryAt).toBe(20 * MINUTE);
  });

  test('what began before says nothing any more', () => {
    const { breaker, begin, fail, pass } = create();
    const before = [begin(), begin(), begin(), begin()] as const;
    fail(3);
    before[0].endedWell();
    before[1].failed('unreachable');
    expect([breaker.state, breaker.failures, breaker.lastFailure]).toEqual(['open', 3, 'timeout']);
    pass(30 * SECOND);
    const trial = begin();
    before[2].answered();
    before[3].left();
    expect([breaker.state, breaker.admits(true)]).toEqual(['half-open', false]);
    trial.answered();
    before[2].failed('lost');
    expect([breaker.state, breaker.failures]).toEqual(['closed', 0]);
  });
});

describe('half-open', () => {
  test('one request at a time tries the host', () => {
    const { breaker, begin, fail, pass } = create();
    fail(3);
    pass(30 * SECOND);
    begin();
    expect(breaker.begin(true)).toBeUndefined();
  });

  test('the head of its answer closes', () => {
    const { breaker, begin, fail, pass } = create();
    fail(3);
    pass(30 * SECOND);
    begin().answered();
    expect([breaker.state, breaker.failures]).toEqual(['closed', 0]);
    begin();
    begin();
    fail(2);
    expect(breaker.state).toBe('closed');
  });

  test('its failure opens for twice as long, up to 5 minutes, and a good one ends that', () => {
    const { breaker, begin, fail, pass } = create();
    fail(3);
    for (const seconds of [60, 120, 240, 300, 300]) {
      pass(5 * MINUTE);
      begin().failed('unreachable');
      pass(seconds * SECOND - 1);
      expect(breaker.state).toBe('open');
      pass(1);
      expect(breaker.state).toBe('half-open');
    }
    begin().answered();
    fail(3);
    pass(30 * SECOND);
    expect(breaker.state).toBe('half-open');
  });

  test('what the host asks for with it does not change how the time doubles', () => {
    const { breaker, begin, fail, pass } = create();
    fail(3);
    pass(30 * SECOND);
    begin().failed('status', SECOND);
    pass(SECOND);
    expect(breaker.state).toBe('half-open');
    begin().failed('timeout');
    pass(120 * SECOND - 1);
    expect(breaker.state).toBe('open');
  });

  test('its place is free again when its client leaves, as often as that happens', () => {
    const { breaker, begin, fail, pass } = create();
    fail(3);
    pass(30 * SECOND);
    for (let i = 0; i < 3; i += 1) {
      begin().left();
      expect([breaker.state, breaker.admits(true)]).toEqual(['half-open', true]);
    }
  });

  test('one that left says nothing about the next', () => {
    const { breaker, begin, fail, pass } = create();
    fail(3);
    pass(30 * SECOND);
    const gone = begin();
    gone.left();
    begin();
    gone.failed('lost');
    gone.answered();
    gone.left();
    expect([breaker.state, breaker.admits(true)]).toEqual(['half-open', false]);
  });
});

test('every change is told, with its reason', () => {
  const { begin, fail, pass, changes } = create();
  fail(3);
  pass(30 * SECOND);
  begin().left();
  begin().failed('unreachable');
  pass(60 * SECOND);
  begin().answered();
  expect(changes).toEqual([
    { state: 'open', previous: 'closed', reason: 'timeout' },
    { state: 'half-open', previous: 'open', reason: 'time_is_over' },
    { state: 'open', previous: 'half-open', reason: 'unreachable' },
    { state: 'half-open', previous: 'open', reason: 'time_is_over' },
    { state: 'closed', previous: 'half-open', reason: 'trial_succeeded' },
  ]);
});

test('a look at it changes nothing', () => {
  const { breaker, fail, pass, changes } = create();
  fail(3);
  pass(30 * SECOND);
  expect([breaker.state, breaker.state, breaker.admits(true)]).toEqual([
    'half-open',
    'half-open',
    true,
  ]);
  expect(changes).toHaveLength(1);
});
