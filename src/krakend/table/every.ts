import { duration } from '../fields/duration.ts';
import type { Field } from '../fields/field.ts';

/** The time of a limit. KrakenD takes a time that it cannot read for one second. */
export const every: Field<number> = {
  kind: 'read',
  read(notes, value) {
    const ms = duration.read(notes, value);
    if (ms === undefined || ms >= 1) return ms;
    notes.refuse("this is no time in which anything can be counted; write one like '1s' or '1m'");
    return undefined;
  },
};
