import type { Check } from '../../verdict/check.ts';
import { grown } from './counts.ts';
import type { EnduranceEvidence, Point, Series } from './evidence.ts';
import { slope } from './slope.ts';

type Measure = Exclude<keyof Point, 'counts' | 'loaded'>;

/** How much of a measure may stay for each request. */
interface Limit {
  readonly what: string;
  readonly perRequest: number;
  /** The same for all requests of a part together. It allows for noise if a part has few requests. */
  readonly perPart: number;
}

/**
 * The smallest leak is one object of 28 bytes for each request. If only some requests leak, the leak is
 * smaller in proportion. Objects are counted exactly, so a leak in one of fifty requests shows.
 */
export const LIMITS: Readonly<Record<Measure, Limit>> = {
  alive: { what: 'objects', perRequest: 0.02, perPart: 2 },
  heapBytes: { what: 'bytes on the heap', perRequest: 16, perPart: 65_536 },
  externalBytes: { what: 'bytes beside the heap', perRequest: 16, perPart: 65_536 },
  // The memory that V8 holds in reserve varies by some ten megabytes.
  residentBytes: { what: 'resident bytes', perRequest: 64, perPart: 8_000_000 },
};

/** How many bytes a gateway may hold for a reader that stops reading an endless answer. */
const MOST_PER_READER = 1_000_000;

/** All checks of a run. */
export function enduranceVerdict(evidence: EnduranceEvidence): Check[] {
  return [...evidence.series.flatMap(checksOfSeries), ...checksOfGateways(evidence)];
}

function checksOfSeries(series: Series): Check[] {
  const { name, points } = series;
  const [first, ...others] = points as [Point, ...Point[]];
  const measures = Object.keys(LIMITS) as Measure[];
  return [
    {
      name: `${name}: no more files, handles, requests, timers and listeners than after the warm-up`,
      problems: [...new Set(others.flatMap((point) => grown(point, first)))],
    },
    ...measures.map((measure) => ({
      name: `${name}: ${LIMITS[measure].what} do not grow`,
      problems: growthOf(series, measure),
    })),
  ];
}

function growthOf({ points, count }: Series, measure: Measure): string[] {
  const { what, perRequest, perPart } = LIMITS[measure];
  const each = count / (points.length - 1);
  const grows = slope(points.map((point) => point[measure]));
  if (grows <= Math.max(perRequest * each, perPart)) return [];
  return [`${grows} ${what} more after every ${each} requests`];
}

function checksOfGateways(evidence: EnduranceEvidence): Check[] {
  const { series, accounts, refused, heldPerReader, log, crashes } = evidence;
  const failed = Object.entries(accounts).flatMap(([gateway, account]) =>
    Object.entries(account.failed).map(([reason, count]) => ({ gateway, reason, count })),
  );
  const isRefusal = ({ gateway, reason }: (typeof failed)[number]) =>
    gateway.endsWith('Closed') && reason === 'upstream_unreachable';
  const refusals = failed.filter(isRefusal).reduce((sum, { count }) => sum + count, 0);
  return [
    {
      name: 'a gateway counts nothing as under way when nobody uses it',
      problems: Object.entries(accounts)
        .filter(([, { open, streams }]) => open > 0 || streams > 0)
        .map(([gateway, account]) => `${gateway}: ${JSON.stringify(account)}`),
    },
    {
      name: 'every refused connect is told as one, and nothing else has failed',
      problems: [
        ...failed.filter((each) => !isRefusal(each)).map((each) => JSON.stringify(each)),
        ...(refusals === refused ? [] : [`${refusals} refusals, and not ${refused}`]),
      ],
    },
    {
      name: 'what a gateway holds for a reader that stands still has a bound',
      problems:
        heldPerReader > MOST_PER_READER ? [`${Math.round(heldPerReader)} bytes for each`] : [],
    },
    {
      name: 'the process of the gateways neither warns nor ends',
      problems: [...(log === '' ? [] : [log]), ...crashes],
    },
    {
      name: 'each kind of load has been there in every part',
      problems: series
        .filter(({ count, points }) => count < points.length - 1)
        .map(({ name }) => name),
    },
  ];
}
