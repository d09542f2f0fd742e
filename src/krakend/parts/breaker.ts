import type { BreakerOptions } from '../../targets/breaker-options.ts';
import type { Notes } from '../notes.ts';
import type { BreakerValues, HttpBreakerValues } from '../table/backend.ts';
import type { Source } from './config-parts.ts';

/** The breaker of a backend; undefined where it has none. */
export function breakerOf({ group: [{ backend }] }: Source): BreakerOptions | undefined {
  const { 'qos/circuit-breaker': plain, 'qos/circuit-breaker/http': withStatuses } = backend.extra;
  if (withStatuses !== undefined) {
    const notes = backend.extraNotes.at('qos/circuit-breaker/http');
    return { ...read(notes, withStatuses), statuses: statusesOf(notes, withStatuses) };
  }
  if (plain === undefined) return undefined;
  const notes = backend.extraNotes.at('qos/circuit-breaker');
  const { interval = 0, timeout = 0, max_errors: errors = 0 } = plain;
  if (interval === 0 && timeout === 0 && errors === 0) {
    notes.refuse('KrakenD makes no breaker of zeros alone; write max_errors, or take this out');
    return undefined;
  }
  notes.warn(
    'it is one for each host, and answers of 502, 503 and 504 count as failures; with no-op, KrakenD sees no status',
  );
  return read(notes, plain);
}

function read(
  notes: Notes,
  { interval = 0, max_errors: errors, timeout = 0 }: BreakerValues,
): BreakerOptions {
  if (errors === undefined) notes.at('max_errors').refuse('write after how many failures it opens');
  if (interval > 0) {
    notes
      .at('interval')
      .warn(
        'failures count in a row, until an answer is good; they are not forgotten by the clock',
      );
  }
  // KrakenD takes a zero for a minute, and opens at the failure after `max_errors`.
  return { failures: (errors ?? 0) + 1, openFor: `${timeout === 0 ? 60 : timeout}s` };
}

function statusesOf(notes: Notes, { valid_status_codes: valid }: HttpBreakerValues): number[] {
  if (valid === undefined || valid.length === 0) {
    notes.at('valid_status_codes').refuse('write the statuses that are no failures');
    return [];
  }
  const all = Array.from({ length: 200 }, (_item, i) => 400 + i);
  return all.filter((status) => !valid.includes(status));
}
