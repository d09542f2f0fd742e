import type { Attempt } from '../load/journal.ts';
import type { Check } from './check.ts';
import type { Evidence } from './evidence.ts';
import { Losses } from './losses.ts';

/** The checks of calls and other requests. */
export function checksOfCalls(evidence: Evidence): Check[] {
  const { journal, executions } = evidence;
  const calls = journal.attempts.filter(({ what }) => what === 'call');
  const executedBy = Map.groupBy(executions, ({ number }) => number);
  const countOf = ({ number }: Attempt) => executedBy.get(number as number)?.length ?? 0;
  const losses = new Losses(evidence);

  const twice = [...executedBy].filter(([, each]) => each.length > 1);
  const numbers = new Set(calls.map(({ number }) => number));
  const answered = calls.filter(({ outcome }) => outcome.kind === 'answered');
  const refused = calls.filter(
    ({ outcome }) => outcome.kind === 'refused' && outcome.status !== 502,
  );
  const lost = journal.attempts.filter(
    ({ outcome }) => outcome.kind !== 'answered' && outcome.kind !== 'left',
  );
  return [
    {
      name: 'no call was executed twice',
      problems: twice.map(([number, each]) => `${number}: by ${each.map(({ by }) => by)}`),
    },
    {
      name: 'nothing was executed that nobody called',
      problems: executions
        .filter(({ number }) => !numbers.has(number))
        .map(({ number, by }) => `${number}: by ${by}`),
    },
    {
      name: 'every call that was answered was executed by the process that the answer names',
      problems: answered.filter((call) => !isExecutedBy(call)).map(textOf),
    },
    {
      name: 'no call was executed that was refused with anything but 502',
      problems: refused.filter((call) => countOf(call) > 0).map(textOf),
    },
    {
      name: 'every call of a session was executed by the process that made the session',
      problems: calls.filter((call) => !isAtHome(call)).map(textOf),
    },
    {
      name: 'what was lost was under way on a process that was killed',
      problems: byKind(lost.filter((attempt) => losses.causeOf(attempt) === undefined)),
    },
  ];

  function isExecutedBy({ number, outcome }: Attempt): boolean {
    const [execution] = executedBy.get(number as number) ?? [];
    return outcome.kind === 'answered' && execution?.by === outcome.by;
  }

  function isAtHome({ number, session }: Attempt): boolean {
    const each = executedBy.get(number as number) ?? [];
    return session === undefined || each.every(({ by }) => by === session.home);
  }
}

/** An example of each kind. */
function byKind(attempts: readonly Attempt[]): string[] {
  const kinds = Map.groupBy(attempts, ({ what, outcome }) => `${what}: ${JSON.stringify(outcome)}`);
  return [...kinds.values()].map((each) => {
    const [first] = each as [Attempt];
    return `${each.length} times: ${textOf(first)}`;
  });
}

function textOf(attempt: Attempt): string {
  const { what, number = '', session, gateways, sentAt, endedAt, outcome } = attempt;
  const home = session === undefined ? 'no session' : `session of ${session.home}`;
  const times = `${sentAt} to ${endedAt}`;
  return `${what} ${number} (${home}, gateways ${gateways}, ${times}): ${JSON.stringify(outcome)}`;
}
