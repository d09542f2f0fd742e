import { expect, test } from '@jest/globals';
import { Journal, type Session } from '../load/journal.ts';
import type { Evidence } from './evidence.ts';
import {
  answered,
  attempt,
  failedChecks,
  goodRun,
  LOST,
  MORTAL,
  OPENED,
  REST,
  refused,
  SURVIVOR,
  TARGET,
} from './good-run.ts';

test('a run in which all that has to hold does hold passes', () => {
  expect(failedChecks(goodRun())).toEqual([]);
});

const good = goodRun();
const withSession = (session: Session): Evidence => {
  const journal = new Journal();
  journal.attempts.push(...good.journal.attempts);
  journal.sessions.push(...good.journal.sessions, session);
  return { ...good, journal };
};
const executed = (number: number, by: string): Evidence => ({
  ...good,
  executions: [...good.executions, { number, by }],
});

test.each([
  ['a call that was executed twice', executed(1, 'upstream-2/1'), 'no call was executed twice'],
  [
    'an execution without a call',
    executed(99, 'upstream-1/1'),
    'nothing was executed that nobody called',
  ],
  [
    'an answer without an execution',
    goodRun(attempt({ number: 5, outcome: answered('upstream-2/1') })),
    'every call that was answered was executed by the process that the answer names',
  ],
  [
    'an execution of what was refused',
    {
      ...goodRun(attempt({ number: 5, session: LOST, outcome: refused(404, 'session_not_found') })),
      executions: [...good.executions, { number: 5, by: 'upstream-1/1' }],
    },
    'no call was executed that was refused with anything but 502',
  ],
  [
    'a session that moved',
    {
      ...goodRun(attempt({ number: 5, outcome: answered('upstream-1/2') })),
      executions: [...good.executions, { number: 5, by: 'upstream-1/2' }],
    },
    'every call of a session was executed by the process that made the session',
  ],
  ...[
    { fault: 'an event that was lost', events: [1, 3] },
    { fault: 'an event that came twice', events: [1, 2, 2] },
    { fault: 'an event that came late', events: [2, 1] },
  ].map(
    ({ fault, events }) =>
      [
        fault,
        withSession({ id: 'other', home: 'upstream-2/1', events }),
        'events came in order, none was lost and none came twice',
      ] as const,
  ),
  ...[
    { fault: 'a last event that did not come', streams: { ...good.streams, last: { kept: 4 } } },
    { fault: 'a stream that is not open', streams: { ...good.streams, open: [] } },
  ].map(
    ({ fault, streams }) =>
      [
        fault,
        { ...good, streams },
        'every stream was open in the end, and had every event',
      ] as const,
  ),
  ...[
    {
      fault: 'a socket that stays open',
      more: { files: { socket: 5 } },
      check: 'no file and no socket stays open in a gateway',
    },
    {
      fault: 'a timer that stays active',
      more: { active: { TCPSocketWrap: 1, Timeout: 1 } },
      check: 'no timer and no other handle stays active in a gateway',
    },
    {
      fault: 'a timer that stays, but keeps nothing alive',
      more: { objects: { Timeout: 3 } },
      check: 'no request, answer, socket or timer stays in the memory of a gateway',
    },
    {
      fault: 'a heap that grows',
      more: { heapBytes: 25_000_000 },
      check: 'the heap of a gateway returns to where it was',
    },
  ].map(
    ({ fault, more, check }) =>
      [fault, { ...good, rest: { ...good.rest, after: { ...REST, ...more } } }, check] as const,
  ),
  [
    'a process that ended by itself',
    { ...good, gateways: [{ ...SURVIVOR, crashes: ['gateway-1/1 ended with 1'] }, MORTAL] },
    'no process ended that was not killed',
  ],
  [
    'a warning of a gateway',
    { ...good, gateways: [{ ...SURVIVOR, log: 'MaxListenersExceededWarning' }, MORTAL] },
    'no gateway warns of anything, or meets an error of its own',
  ],
  [
    'a breaker that opens although its upstream lives',
    { ...good, notes: [{ ...OPENED, target: '127.0.0.1:2' }] },
    'no breaker opens for an upstream that was not killed',
  ],
  [
    'a stream that is still counted',
    { ...good, rest: { ...good.rest, targets: [{ ...TARGET, open: 1, streams: 1 }] } },
    'a gateway counts nothing as under way when nobody uses it',
  ],
  [
    'an error of a gateway',
    {
      ...good,
      notes: [
        {
          gateway: 'gateway-1/1',
          kind: 'error',
          request: '',
          reason: 'internal_error',
          cause: 'Error',
        },
      ],
    } as const,
    'no gateway warns of anything, or meets an error of its own',
  ],
  ...[
    { fault: 'a key that stays for ever', keys: [-1] },
    { fault: 'more keys than sessions need', keys: [1, 2, 3, 4, 5] },
  ].map(
    ({ fault, keys }) =>
      [
        fault,
        { ...good, keys },
        'Redis has a few keys for each session, and forgets each of them some time',
      ] as const,
  ),
  ['a run in which too little happened', { ...good, keys: [] }, 'what this is about has happened'],
] satisfies readonly (readonly [fault: string, evidence: Evidence, check: string])[])(
  '%s is found',
  (_fault, evidence, check) => {
    expect(failedChecks(evidence)).toEqual([check]);
  },
);
