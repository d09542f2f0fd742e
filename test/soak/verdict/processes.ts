import type { Attempt } from '../load/journal.ts';
import { downtimes } from '../processes/life.ts';
import { openBreakers } from './breakers.ts';
import type { Check } from './check.ts';
import type { Evidence } from './evidence.ts';

/** The errors that a gateway may report while processes are killed. */
const EXPECTED_ERRORS = new Set([
  'session_not_found',
  'upstream_unreachable',
  'upstream_invalid',
  'upstream_unavailable',
  'store_unavailable',
]);

/** A session has one key for its owner, and one more when it seems to have ended. */
const KEYS_PER_SESSION = 2;

/** The checks of the processes themselves and of their shared Redis. */
export function checksOfProcesses(evidence: Evidence): Check[] {
  const { journal, notes, upstreams, gateways, keys, rest } = evidence;
  const logs = gateways.filter(({ log }) => log !== '');
  const errors = notes.filter((note) => note.kind === 'error' && !EXPECTED_ERRORS.has(note.reason));
  const begun = journal.attempts.filter(({ what }) => what === 'begin').length;
  const unasked = openBreakers(evidence).filter(({ target, from }) => {
    const lives = upstreams.find(({ port }) => port === target)?.lives ?? [];
    return !downtimes(lives).some((down) => down.from <= from);
  });
  const busy = rest.targets.filter(({ open, streams }) => open > 0 || streams > 0);
  const forever = keys.filter((timeLeft) => timeLeft === -1);
  const most = begun * KEYS_PER_SESSION;
  return [
    {
      name: 'no process ended that was not killed',
      problems: [...upstreams, ...gateways].flatMap(({ crashes }) => crashes),
    },
    {
      name: 'no gateway warns of anything, or meets an error of its own',
      problems: [
        ...logs.map(({ name, log }) => `${name}: ${log}`),
        ...errors.map((note) => JSON.stringify(note)),
      ],
    },
    {
      name: 'no breaker opens for an upstream that was not killed',
      problems: unasked.map(({ gateway, target }) => `at gateway ${gateway} for ${target}`),
    },
    {
      name: 'a gateway counts nothing as under way when nobody uses it',
      problems: busy.map((target) => JSON.stringify(target)),
    },
    {
      name: 'Redis has a few keys for each session, and forgets each of them some time',
      problems: [
        ...(keys.length > most ? [`${keys.length} keys for ${begun} sessions`] : []),
        ...(forever.length > 0 ? [`${forever.length} keys stay for ever`] : []),
      ],
    },
    {
      name: 'what this is about has happened',
      problems: missingIn(evidence),
    },
  ];
}

/** Events that did not happen at all: without them, the other checks prove little. */
function missingIn({ journal, executions, upstreams, gateways, keys }: Evidence): string[] {
  const executed = new Set(executions.map(({ number }) => number));
  const wasExecutedBut = (reason: string) =>
    journal.attempts.some(
      ({ number, outcome }) =>
        outcome.kind === 'refused' &&
        outcome.reason === reason &&
        number !== undefined &&
        executed.has(number),
    );
  const kills = (processes: Evidence['upstreams']) =>
    processes.flatMap(({ lives }) => downtimes(lives)).length;
  const has = (what: Attempt['what'], kind: Attempt['outcome']['kind']) =>
    journal.attempts.some((attempt) => attempt.what === what && attempt.outcome.kind === kind);
  const happened = {
    'an upstream was killed': kills(upstreams) > 0,
    'a gateway was killed': kills(gateways) > 0,
    'a call was answered': has('call', 'answered'),
    'a call was cut': has('call', 'cut'),
    'an upstream was killed before it answered': wasExecutedBut('upstream_unreachable'),
    'a gateway was killed before it answered': wasExecutedBut('nginx'),
    'a stream was cut': has('stream', 'cut'),
    'a session was ended': has('end', 'answered'),
    'a session is in Redis': keys.length > 0,
    'each upstream made a session': upstreams.every(({ name }) =>
      journal.sessions.some(({ home }) => home.startsWith(`${name}/`)),
    ),
  };
  return Object.entries(happened)
    .filter(([, isTrue]) => !isTrue)
    .map(([what]) => `not once: ${what}`);
}
