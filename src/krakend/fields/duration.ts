import { LONGEST_TIMER_MS } from '../../options/duration.ts';
import type { Notes } from '../notes.ts';
import type { Field } from './field.ts';

const UNIT_MS = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
} as const;

const TERM = /(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)/g;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+$/;

const EXPECTED = "write a number with a unit: '500ms', '30s', '5m', '1h30m'";

/** The milliseconds of a duration as Go reads it; undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const terms = [...text.matchAll(TERM)];
  return terms.reduce(
    (sum, [, number, unit]) => sum + Number(number) * UNIT_MS[unit as keyof typeof UNIT_MS],
    0,
  );
}

/** A duration, in milliseconds; 0 stands for the default of KrakenD in most places. */
export const duration: Field<number> = {
  kind: 'read',
  read(notes, value) {
    const ms = typeof value === 'string' ? parseDuration(value) : undefined;
    if (ms !== undefined && ms <= LONGEST_TIMER_MS) return ms;
    refuseDuration(notes, value, ms);
    return undefined;
  },
};

function refuseDuration(notes: Notes, value: unknown, ms: number | undefined): void {
  if (ms !== undefined) notes.refuse('this is longer than a timer can hold, which is 24 days');
  else if (typeof value === 'number') {
    notes.refuse(`KrakenD takes a bare number for nanoseconds; ${EXPECTED}`);
  } else notes.refuse(`this is no duration of KrakenD; ${EXPECTED}`);
}
