import type { Attempt } from './load/journal.ts';
import { downtimes } from './processes/life.ts';
import type { Check } from './verdict/check.ts';
import type { Evidence } from './verdict/evidence.ts';
import { Losses } from './verdict/losses.ts';

const MOST_PROBLEMS = 10;

/** What happened, how often, and its cause. */
export function reportOfEvents(evidence: Evidence): string {
  const losses = new Losses(evidence);
  const kindOf = (attempt: Attempt) => {
    const { what, number, session, outcome } = attempt;
    const isStateless = what === 'call' && session === undefined && number !== undefined;
    const name = isStateless ? 'call without a session' : what;
    if (outcome.kind === 'answered' || outcome.kind === 'left') return `${name} ${outcome.kind}`;
    const detail = outcome.kind === 'refused' ? ` ${outcome.status} ${outcome.reason}` : '';
    return `${name} ${outcome.kind}${detail}: ${losses.causeOf(attempt) ?? 'NO CAUSE'}`;
  };
  const groups = Map.groupBy(evidence.journal.attempts, kindOf);
  const rows = [...groups]
    .map(([kind, { length }]) => `${String(length).padStart(7)}  ${kind}`)
    .toSorted((a, b) => a.slice(7).localeCompare(b.slice(7)));
  const kills = [...evidence.upstreams, ...evidence.gateways].map(
    ({ name, lives }) => `${name} ${downtimes(lives).length}`,
  );
  const { before, after } = evidence.rest;
  return [
    ...rows,
    `killed: ${kills.join(', ')}`,
    `events: ${evidence.journal.sessions.reduce((sum, { events }) => sum + events.length, 0)}`,
    `heap of a gateway at rest: ${before.heapBytes} bytes, then ${after.heapBytes}`,
    `keys in Redis: ${evidence.keys.length}`,
  ].join('\n');
}

/** Each check, and its problems. */
export function reportOfChecks(checks: readonly Check[]): string {
  return checks
    .flatMap(({ name, problems }) => [
      `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${name}`,
      ...problems.slice(0, MOST_PROBLEMS).map((problem) => `         ${problem}`),
      ...(problems.length > MOST_PROBLEMS ? [`         and ${problems.length} in all`] : []),
    ])
    .join('\n');
}
