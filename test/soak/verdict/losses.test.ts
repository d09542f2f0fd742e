import { describe, expect, test } from '@jest/globals';
import type { Attempt, Outcome } from '../load/journal.ts';
import type { Note } from '../processes/note.ts';
import {
  AROUND_GATEWAY_KILL,
  AROUND_KILL,
  attempt,
  CUT,
  failedChecks,
  goodRun,
  LOST,
  OPENED,
  OTHER_UPSTREAM,
  refused,
  UPSTREAM,
} from './good-run.ts';

interface Loss extends Partial<Attempt> {
  readonly loss: string;
  readonly outcome: Outcome;
}

const LOSS = 'what was lost was under way on a process that was killed';

test.each<Loss>([
  {
    loss: 'an answer that was cut with its upstream',
    ...{ session: LOST, ...AROUND_KILL, outcome: CUT },
  },
  {
    loss: 'a call that met no upstream, because it was down',
    ...{ session: LOST, sentAt: 1400, endedAt: 1405 },
    outcome: refused(502, 'upstream_unreachable'),
  },
  {
    loss: 'a call in a session that its upstream has forgotten',
    ...{ session: LOST, outcome: refused(404, 'session_not_found') },
  },
  {
    loss: 'a call without a session whose upstream was killed',
    ...{ session: undefined, ...AROUND_KILL, outcome: refused(502, 'upstream_unreachable') },
  },
  { loss: 'an answer that was cut with its gateway', ...AROUND_GATEWAY_KILL, outcome: CUT },
  {
    loss: 'a call that was under way on a gateway',
    ...{ ...AROUND_GATEWAY_KILL, outcome: refused(502, 'nginx') },
  },
  {
    loss: 'the end of a session, which nginx asked two gateways for',
    ...{ what: 'end', ...AROUND_GATEWAY_KILL, outcome: refused(404, 'session_not_found') },
  },
])('$loss may be lost', ({ loss: _, ...parts }) => {
  expect(failedChecks(goodRun(attempt(parts)))).toEqual([]);
});

test.each<Loss>([
  { loss: 'an answer that was cut while nothing was killed', outcome: CUT },
  {
    loss: 'an answer of an upstream that was cut when another was killed',
    ...{ ...AROUND_KILL, outcome: CUT },
  },
  {
    loss: 'an answer that was cut when only the other gateway was killed',
    ...{ ...AROUND_GATEWAY_KILL, gateways: [11], outcome: CUT },
  },
  {
    loss: 'an answer that began after its upstream was gone',
    ...{ session: LOST, sentAt: 1011, endedAt: 1020, outcome: CUT },
  },
  {
    loss: 'a session that is not found although its upstream lives',
    outcome: refused(404, 'session_not_found'),
  },
  {
    loss: 'a session that is not found before its upstream was killed',
    ...{ session: LOST, sentAt: 900, endedAt: 910, outcome: refused(404, 'session_not_found') },
  },
  {
    loss: 'a call that met no upstream although none was down',
    ...{ session: undefined, outcome: refused(502, 'upstream_unreachable') },
  },
  {
    loss: 'a call that an upstream lost before it was killed',
    ...{ session: undefined, sentAt: 900, endedAt: 910 },
    outcome: refused(502, 'upstream_unreachable'),
  },
  { loss: 'a call that nginx lost with no gateway', outcome: refused(502, 'nginx') },
  { loss: 'a store that failed without being slow', outcome: refused(503, 'store_unavailable') },
  { loss: 'an error of the gateway', outcome: refused(500, 'internal_error') },
  {
    loss: 'a wrong answer, even while a process is killed',
    ...{ ...AROUND_GATEWAY_KILL, outcome: { kind: 'wrong', detail: 'status 204' } },
  },
])('$loss may not be lost', ({ loss: _, ...parts }) => {
  expect(failedChecks(goodRun(attempt(parts)))).toEqual([LOSS]);
});

test('a store that was slow explains what it could not be asked', () => {
  const run = goodRun(attempt({ outcome: refused(503, 'store_unavailable') }));
  const note = { gateway: 'gateway-1/1', kind: 'slow store', from: 2700, to: 3005 } as const;
  expect(failedChecks({ ...run, notes: [note] })).toEqual([]);
});

describe('a stream that its upstream takes to be open', () => {
  const stream = (parts: Partial<Attempt> & Pick<Attempt, 'outcome'>) =>
    attempt({ what: 'stream', ...parts });
  const held = stream({ sentAt: 2100, endedAt: 2110, outcome: refused(409, 'upstream') });

  test('may be refused after its gateway was killed', () => {
    const cut = stream({ ...AROUND_GATEWAY_KILL, sentAt: 100, outcome: CUT });
    expect(failedChecks(goodRun(cut, held))).toEqual([]);
  });

  test('may not be refused otherwise', () => {
    expect(failedChecks(goodRun(held))).toEqual([LOSS]);
  });
});

describe('while a breaker is open', () => {
  const CLOSED = { ...OPENED, at: 1900, state: 'closed', reason: 'trial_succeeded' } as const;
  const unavailable = (parts: Partial<Attempt>) =>
    goodRun(attempt({ ...parts, outcome: refused(503, 'upstream_unavailable') }));
  const others = [
    { ...OPENED, target: '127.0.0.1:2', at: 1700 },
    { ...OPENED, target: '127.0.0.1:1', at: 1005 },
  ];

  test('a call in a session of its target may be refused', () => {
    const run = unavailable({ session: LOST, sentAt: 1800, endedAt: 1810 });
    expect(failedChecks({ ...run, notes: [OPENED, CLOSED] })).toEqual([]);
  });

  test.each([
    { call: 'after it has closed', parts: { session: LOST, sentAt: 1901, endedAt: 1910 } },
    { call: 'at the other gateway', parts: { session: LOST, sentAt: 1800, gateways: [12] } },
    { call: 'in a session of another target', parts: { sentAt: 1800, endedAt: 1810 } },
    { call: 'in no session', parts: { session: undefined, sentAt: 1800, endedAt: 1810 } },
  ])('a call $call may not be refused', ({ parts }) => {
    expect(failedChecks({ ...unavailable(parts), notes: [OPENED, CLOSED] })).toEqual([LOSS]);
  });

  test('a call in no session may be refused if that of every target is open', () => {
    const run = unavailable({ session: undefined, sentAt: 1800, endedAt: 1810 });
    // The second breaker opens without a reason; another check finds that.
    expect(failedChecks({ ...run, notes: others })).not.toContain(LOSS);
  });
});

describe('what belongs to no session and was refused a connection', () => {
  const note: Note = {
    kind: 'error',
    ...{ gateway: 'gateway-1/1', request: '7', reason: 'upstream_unreachable' },
    cause: 'Error: connect ECONNREFUSED 127.0.0.1:1',
  };
  const run = goodRun(
    attempt({
      ...{ id: '7', session: undefined, sentAt: 1100, endedAt: 1110 },
      outcome: refused(502, 'upstream_unreachable'),
    }),
  );

  test('may not be lost while another upstream can take it', () => {
    expect(failedChecks({ ...run, notes: [note] })).toEqual([LOSS]);
  });

  test('may be lost while the other is down as well', () => {
    const lives = OTHER_UPSTREAM.lives.map((life) => ({ ...life, killedAt: 1050, goneAt: 1051 }));
    const upstreams = [UPSTREAM, { ...OTHER_UPSTREAM, lives }];
    expect(failedChecks({ ...run, upstreams, notes: [note] })).not.toContain(LOSS);
  });

  test('may be lost while the breaker of the other is open', () => {
    const open = { ...OPENED, at: 1100, target: '127.0.0.1:2' };
    expect(failedChecks({ ...run, notes: [note, open] })).not.toContain(LOSS);
  });

  test('is not taken for another request that has no id either', () => {
    const underWay = attempt({
      ...{ what: 'begin', session: undefined, ...AROUND_KILL },
      outcome: refused(502, 'upstream_unreachable'),
    });
    expect(failedChecks({ ...goodRun(underWay), notes: [{ ...note, request: '' }] })).toEqual([]);
  });
});
