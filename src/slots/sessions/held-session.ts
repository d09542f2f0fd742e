import { heldBy, readHolder } from './holder.ts';

/** A session under its key in the store, and its holder. */
export interface HeldSession {
  readonly key: string;
  /** The text of a `Holder`. */
  readonly holder: string;
}

/** The session under a key, if its holder is this owner. */
export function heldAs(
  owner: string,
  key: string,
  holder: string | undefined,
): HeldSession | undefined {
  const isOwn = holder !== undefined && readHolder(holder).owner === owner;
  return isOwn ? { key, holder } : undefined;
}

/** The sessions that a request names, if all are the user's and live at one target; undefined otherwise. */
export function heldTogether(
  named: readonly (HeldSession | undefined)[],
): readonly HeldSession[] | undefined {
  const held = named.filter((session) => session !== undefined);
  const [first, ...others] = held;
  const isWithFirst = ({ holder }: HeldSession) =>
    first !== undefined && heldBy(holder) === heldBy(first.holder);
  return held.length < named.length || !others.every(isWithFirst) ? undefined : held;
}

/** The id of the target where they live; undefined where there is only one target. */
export function homeOf([first]: readonly HeldSession[]): string | undefined {
  return first && readHolder(first.holder).home;
}
