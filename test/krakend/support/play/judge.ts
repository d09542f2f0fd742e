import type { Exchange } from './exchange.ts';
import type { Expected, FieldExpected, Fields } from './expectations.ts';
import type { PlayedStep } from './play.ts';

/** What of a step is not as it has to be, in words. */
export function faultsOf(played: PlayedStep, madeAt: ReadonlyMap<string, number>): string[] {
  const { step, exchanges } = played;
  const { expect = {} } = step;
  const each = exchanges.flatMap((exchange, i) =>
    ofExchange(expect, exchange).map((fault) =>
      exchanges.length === 1 ? fault : `request ${i + 1}: ${fault}`,
    ),
  );
  const nothing = step.send !== undefined && exchanges.length === 0 ? ['nothing was sent'] : [];
  return [...nothing, ...each, ...ofAll(expect, played, madeAt)].map(
    (fault) => `${step.name}: ${fault}`,
  );
}

function ofExchange(expected: Expected, { answer, arrived }: Exchange): string[] {
  const { status, headers = {}, upstream, firstEventBeforeMs } = expected;
  const faults: string[] = [];
  const allowed: readonly unknown[] =
    typeof status === 'object' ? status.oneOf : [status ?? answer.status];
  if (answer.error !== undefined) faults.push(`there was no answer: ${answer.error}`);
  else if (!allowed.includes(answer.status))
    faults.push(`${answer.status} instead of ${allowed.join(' or ')}: ${answer.body}`);
  faults.push(...ofFields('the answer', headers, answer.headers));
  if (firstEventBeforeMs !== undefined) {
    const { firstEventMs = Number.POSITIVE_INFINITY } = answer;
    if (firstEventMs >= firstEventBeforeMs) faults.push(`the first event after ${firstEventMs} ms`);
  }
  if (upstream === undefined) return faults;
  const { count = 1, method, path, headers: fields = {} } = upstream;
  if (arrived.length !== count) faults.push(`${arrived.length} requests upstream, not ${count}`);
  const [first] = arrived;
  if (first === undefined) return faults;
  if (method !== undefined && first.method !== method) faults.push(`${first.method} upstream`);
  if (path !== undefined && first.path !== path) faults.push(`${first.path} upstream, not ${path}`);
  return [...faults, ...ofFields('what arrives', fields, first.headers)];
}

function ofAll(
  { statusCounts, upstreamsSeen, sameUpstreamAs }: Expected,
  { exchanges, lists }: PlayedStep,
  madeAt: ReadonlyMap<string, number>,
): string[] {
  const faults: string[] = [];
  if (statusCounts !== undefined) {
    const counts = countsOf(exchanges.map(({ answer }) => String(answer.status)));
    if (JSON.stringify(counts) !== JSON.stringify({ ...statusCounts }))
      faults.push(`${JSON.stringify(counts)} instead of ${JSON.stringify(statusCounts)}`);
  }
  const places = exchanges.map(({ arrived }) => arrived.at(-1)?.upstream);
  if (upstreamsSeen !== undefined) {
    const seen = new Set(places.filter((place) => place !== undefined)).size;
    if (seen !== upstreamsSeen) faults.push(`${seen} upstreams saw it, not ${upstreamsSeen}`);
  }
  if (sameUpstreamAs === undefined) return faults;
  const isNamed = typeof sameUpstreamAs === 'string' && lists.has(sameUpstreamAs);
  const known = isNamed ? lists.get(sameUpstreamAs) : undefined;
  for (const [i, { sent }] of exchanges.entries()) {
    const own = Object.entries(sent.headers).find(([name]) => /^mcp-session-id$/i.test(name));
    const session = String(own?.[1]);
    const home = madeAt.get(session);
    if (home === undefined || known?.includes(session) === false)
      faults.push(`${session} is no session of an upstream`);
    else if (places[i] !== home) faults.push(`a session of upstream ${home} at ${places[i]}`);
  }
  return faults;
}

/** Smaller statuses first, as objects have their keys. */
export function countsOf(statuses: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function ofFields(
  where: string,
  expected: Fields,
  given: Readonly<Record<string, string | string[] | undefined>>,
): string[] {
  return Object.entries(expected).flatMap(([name, field]) => {
    const value = given[name.toLowerCase()];
    const text = Array.isArray(value) ? value.join(', ') : value;
    const isRight = fits(field, text);
    return isRight ? [] : [`${name} of ${where} is ${text}, not ${JSON.stringify(field)}`];
  });
}

function fits(expected: FieldExpected, value: string | undefined): boolean {
  if (expected === null) return value === undefined;
  if (typeof expected === 'string') return value === expected;
  const { match, notMatch } = expected;
  if (match !== undefined && !(value !== undefined && new RegExp(match).test(value))) return false;
  return notMatch === undefined || value === undefined || !new RegExp(notMatch).test(value);
}
