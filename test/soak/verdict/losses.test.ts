import { expect, test } from '@jest/globals';
import type { Attempt, Outcome } from '../load/journal.ts';
import {
  AROUND_GATEWAY_KILL,
  AROUND_KILL,
  attempt,
  CUT,
  failedChecks,
  goodRun,
  LOST,
  refused,
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
