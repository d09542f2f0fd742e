import type { TargetStatus } from '../../../src/index.ts';
import { type Attempt, Journal, type Outcome, type Session } from '../load/journal.ts';
import type { Life } from '../processes/life.ts';
import type { Note } from '../processes/note.ts';
import type { Rest } from '../rest.ts';
import type { Evidence, RunProcess } from './evidence.ts';
import { verdict } from './verdict.ts';

const NEVER = Number.POSITIVE_INFINITY;

const life = (id: string, readyAt: number, killedAt = NEVER, goneAt = killedAt): Life => ({
  ...{ id, pid: 1, readyAt, killedAt, goneAt },
});

const process = (name: string, port: number, ...lives: Life[]): RunProcess => ({
  ...{ name, port, lives, log: '', crashes: [] },
});

export const UPSTREAM: RunProcess = process(
  'upstream-1',
  1,
  life('upstream-1/1', 0, 1000, 1010),
  life('upstream-1/2', 1500),
);
export const OTHER_UPSTREAM: RunProcess = process('upstream-2', 2, life('upstream-2/1', 0));
export const SURVIVOR: RunProcess = process('gateway-1', 11, life('gateway-1/1', 0));
export const MORTAL: RunProcess = process(
  'gateway-2',
  12,
  life('gateway-2/1', 0, 2000, 2010),
  life('gateway-2/2', 2500),
);

export const LOST: Session = { id: 'lost', home: 'upstream-1/1', events: [3, 4] };
export const KEPT: Session = { id: 'kept', home: 'upstream-2/1', events: [1, 2, 3] };

export const answered = (by?: string): Outcome => ({ kind: 'answered', by });
export const refused = (status: number, reason: string): Outcome => ({
  kind: 'refused',
  status,
  reason,
});
export const CUT: Outcome = { kind: 'cut' };

type When = Pick<Attempt, 'sentAt' | 'endedAt'>;

/** A request through the gateway that is never killed, at a time without kills. */
export const attempt = (parts: Partial<Attempt> & { outcome: Outcome }): Attempt => ({
  ...{
    id: '',
    what: 'call',
    number: undefined,
    session: KEPT,
    gateways: [11],
    sentAt: 3000,
    endedAt: 3010,
  },
  ...parts,
});

export const AROUND_KILL: When = { sentAt: 990, endedAt: 1005 };
export const AROUND_GATEWAY_KILL: When & Pick<Attempt, 'gateways'> = {
  sentAt: 1990,
  endedAt: 2005,
  gateways: [12],
};

export const REST: Rest = {
  files: { socket: 4 },
  active: { TCPSocketWrap: 1 },
  objects: { Timeout: 2 },
  heapBytes: 20_000_000,
};

export const TARGET: TargetStatus = {
  url: 'http://127.0.0.1:1/mcp',
  weight: 1,
  state: 'closed',
  open: 0,
  streams: 0,
  failures: 0,
};

/** The breaker of the first upstream opens after the kill of that upstream. */
export const OPENED: Extract<Note, { kind: 'target' }> = {
  ...{ kind: 'target', gateway: 'gateway-1/1', target: '127.0.0.1:1' },
  ...{ at: 1005, state: 'open', reason: 'lost' },
};

/** A run in which all checks pass, with further requests if some are given. */
export function goodRun(...more: Attempt[]): Evidence {
  const journal = new Journal();
  journal.sessions.push(LOST, KEPT);
  journal.attempts.push(
    attempt({ what: 'begin', session: undefined, outcome: answered('upstream-1/1') }),
    attempt({ what: 'begin', session: undefined, outcome: answered('upstream-2/1') }),
    attempt({ number: 1, outcome: answered('upstream-2/1') }),
    attempt({ number: 2, session: LOST, ...AROUND_KILL, outcome: CUT }),
    attempt({
      ...{ number: 3, session: LOST, ...AROUND_KILL },
      outcome: refused(502, 'upstream_unreachable'),
    }),
    attempt({ number: 4, ...AROUND_GATEWAY_KILL, outcome: refused(502, 'nginx') }),
    attempt({ what: 'stream', session: LOST, ...AROUND_KILL, outcome: CUT }),
    attempt({ what: 'end', outcome: answered() }),
    ...more,
  );
  return {
    journal,
    executions: [
      { number: 1, by: 'upstream-2/1' },
      { number: 2, by: 'upstream-1/1' },
      { number: 3, by: 'upstream-1/1' },
      { number: 4, by: 'upstream-2/1' },
    ],
    notes: [],
    upstreams: [UPSTREAM, OTHER_UPSTREAM],
    gateways: [SURVIVOR, MORTAL],
    streams: { users: 1, open: [KEPT], last: { kept: 3 } },
    rest: { fresh: REST.files, before: REST, after: REST, targets: [TARGET] },
    keys: [60_000],
  };
}

export function failedChecks(evidence: Evidence): string[] {
  return verdict(evidence)
    .filter(({ problems }) => problems.length > 0)
    .map(({ name }) => name);
}
