import { closest, distance } from 'fastest-levenshtein';
import type { Notes } from '../notes.ts';
import type { Field, MembersFor } from './field.ts';

/** KrakenD's schema takes a key that begins like this for a comment, at every level. */
export function isComment(key: string): boolean {
  return /^[@$_#]/.test(key);
}

/** Keys of older versions and other places, and what to write. */
export type Hints = Readonly<Record<string, string>>;

/** An object with these keys; any other key is refused, because KrakenD silently ignores it. */
export function object<T extends object>(members: MembersFor<T>, hints: Hints = {}): Field<T> {
  return {
    kind: 'read',
    members,
    read(notes, value) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        notes.refuse('write an object here');
        return undefined;
      }
      const values: Record<string, unknown> = {};
      for (const [key, own] of Object.entries(value)) {
        if (isComment(key)) continue;
        const place = notes.at(key);
        const member = Object.hasOwn(members, key) ? members[key] : undefined;
        if (member === undefined) refuseUnknown(place, key, Object.keys(members), hints);
        else values[key] = member.read(place, own);
      }
      return values as T;
    },
  };
}

function refuseUnknown(notes: Notes, key: string, known: readonly string[], hints: Hints): void {
  const other = known.find((name) => name.toLowerCase() === key.toLowerCase());
  if (other !== undefined) {
    notes.refuse(
      `write ${other}: ${key} is another spelling, which KrakenD's schema does not take`,
    );
    return;
  }
  const hint = Object.hasOwn(hints, key) ? hints[key] : suggestion(key, known);
  notes.refuse(`KrakenD has no key ${key} here and ignores it; ${hint}`);
}

function suggestion(key: string, known: readonly string[]): string {
  const near = known.length > 0 ? closest(key, [...known]) : '';
  if (near !== '' && distance(key, near) <= Math.max(2, Math.floor(key.length / 4))) {
    return `${near} is probably meant`;
  }
  return "take it out, or begin it with '@' if it is a comment";
}
