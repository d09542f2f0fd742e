import type { ServerResponse } from 'node:http';
import { contextOf } from './context.ts';
import type { ObservedUser } from './slots/observe/observer.ts';
import { userOf } from './slots/observe/told-parts.ts';

/** How many users are listed at most. */
const MOST_USERS = 100;

/** The event streams of one user. */
export interface StreamsOfUser {
  /** Who that is, as in the records of observers. */
  readonly user: ObservedUser;
  /** How many are open. */
  readonly open: number;
}

/** What is known of event streams at one moment. */
interface StreamStats {
  readonly open: number;
  readonly byUser: readonly StreamsOfUser[] | undefined;
  readonly ofOthers: number;
}

/**
 * Counts the event streams among requests.
 *
 * @param isAsked - Whether the gateway authenticates its callers.
 */
export function streamStatsOf(requests: readonly ServerResponse[], isAsked: boolean): StreamStats {
  const streams = requests
    .map(({ req }) => contextOf(req))
    .filter(({ exchange }) => exchange?.isEventStream === true);
  const open = streams.length;
  if (!isAsked) return { open, byUser: undefined, ofOthers: 0 };
  const users = streams.flatMap(({ principal }) => userOf(principal) ?? []);
  const groups = Map.groupBy(users, ({ subject, issuer, clientId }) =>
    JSON.stringify([subject, issuer, clientId]),
  );
  const all = [...groups.values()]
    .map((own) => ({ user: own[0] as ObservedUser, open: own.length }))
    .sort((a, b) => b.open - a.open);
  const byUser = all.slice(0, MOST_USERS);
  const ofOthers = all.slice(MOST_USERS).reduce((sum, own) => sum + own.open, 0);
  return { open, byUser, ofOthers };
}
