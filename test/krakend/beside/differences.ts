import type { Exchange } from '../support/play/exchange.ts';
import type { Expectations } from '../support/play/expectations.ts';
import { countsOf } from '../support/play/judge.ts';
import type { PlayedStep } from '../support/play/play.ts';
import type { Difference } from './difference.ts';

/** What came of a document: its steps, or undefined where it does not start. */
export interface PlayedDocument {
  readonly steps: readonly PlayedStep[] | undefined;
  readonly madeAt: ReadonlyMap<string, number>;
}

/** What two programs do with one document in two ways. */
export function differencesOf(
  document: string,
  { steps }: Expectations,
  krakend: PlayedDocument,
  here: PlayedDocument,
): Difference[] {
  const start = compare(document, '', { start: startOf(krakend) }, { start: startOf(here) });
  if (krakend.steps === undefined || here.steps === undefined) return start;
  return steps.flatMap(({ name }, i) => {
    const [one, other] = [krakend, here].map((own) => {
      const step = own.steps?.[i];
      return step === undefined ? {} : seenOf(step, own.madeAt);
    });
    return compare(document, name, one ?? {}, other ?? {});
  });
}

function startOf({ steps }: PlayedDocument): string {
  return steps === undefined ? 'no' : 'yes';
}

type Seen = Readonly<Record<string, string>>;

function compare(document: string, step: string, krakend: Seen, here: Seen): Difference[] {
  const whats = [...new Set([...Object.keys(krakend), ...Object.keys(here)])];
  // What else is different follows from another status.
  const isOther = krakend.status !== here.status;
  return whats
    .filter((what) => !isOther || what === 'status' || what === 'upstream requests')
    .map((what) => ({ what, krakend: krakend[what] ?? 'none', here: here[what] ?? 'none' }))
    .filter((own) => own.krakend !== own.here)
    .map((own) => ({ document, step, ...own }));
}

/** Of one connection, or another each time. */
const PASSING = new Set([
  'connection',
  'content-length',
  'date',
  'host',
  'keep-alive',
  'transfer-encoding',
]);

/** Where the expectations say of KrakenD what it does not do. */
export function wrongRecordsOf(document: string, { steps = [] }: PlayedDocument): Difference[] {
  return steps.flatMap(({ step: { name, krakend }, exchanges }) => {
    if (typeof krakend !== 'number') return [];
    const seen = statusesOf(exchanges, false);
    return seen === String(krakend)
      ? []
      : [{ document, step: name, what: 'recorded status', krakend: seen, here: String(krakend) }];
  });
}

/** What there is to see of a step, by its name. */
function seenOf({ step, exchanges }: PlayedStep, madeAt: ReadonlyMap<string, number>): Seen {
  const seen: Record<string, string> = {
    status: statusesOf(exchanges, step.expect?.upstreamsSeen !== undefined),
    'upstream requests': countsText(exchanges.map(({ arrived }) => String(arrived.length))),
  };
  const homes = exchanges.map(({ sent }) => madeAt.get(String(sent.headers['mcp-session-id'])));
  if (step.expect?.sameUpstreamAs !== undefined) {
    const isAtHome = exchanges.every(({ arrived }, i) => arrived[0]?.upstream === homes[i]);
    seen['where sessions go'] = isAtHome ? 'to their host' : 'to any host';
  }
  const [first] = exchanges;
  if (first === undefined) return seen;
  const { answer, arrived } = first;
  for (const [name, value] of Object.entries(answer.headers)) {
    if (!PASSING.has(name)) seen[`answer header ${name}`] = plain(name, String(value));
  }
  const [request] = arrived;
  if (request === undefined) return seen;
  seen['upstream method'] = request.method;
  seen['upstream path'] = request.path;
  for (const [name, value] of Object.entries(request.headers)) {
    if (!PASSING.has(name)) seen[`upstream header ${name}`] = plain(name, String(value));
  }
  return seen;
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Without what is another one each time, and without an order that says nothing. */
function plain(name: string, value: string): string {
  if (name === 'allow') return value.split(', ').toSorted().join(', ');
  return value.replaceAll(UUID, 'UUID');
}

/** Where chance decides, each status once. */
function statusesOf(exchanges: readonly Exchange[], byChance: boolean): string {
  const statuses = exchanges.map(({ answer }) => String(answer.status ?? 'broken'));
  return byChance
    ? [...new Set(statuses)].toSorted((a, b) => a.localeCompare(b)).join(', ')
    : countsText(statuses);
}

function countsText(values: readonly string[]): string {
  const counts = Object.entries(countsOf(values));
  const [first] = counts;
  if (counts.length === 1 && first !== undefined) return first[0];
  return counts.map(([value, count]) => `${count} × ${value}`).join(', ');
}
