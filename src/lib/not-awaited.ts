import { noop } from './noop.ts';

/**
 * How deep inside a value promises are looked for: in a member, in an item of a list that is a member, ...
 */
const DEPTH = 3;

/** No promise is in a larger object by mistake. */
const MOST_MEMBERS = 100;

/**
 * Takes a value where no promise belongs, which may be or hold promises all the same, for example where the
 * app has forgotten an `await`. The gateway does not wait for them, and their rejection must not end the
 * process.
 *
 * @param depth - How deep inside the value promises are looked for; 0 is not at all.
 */
export function notAwaited(value: unknown, depth: number = DEPTH): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  // Unlike `Promise.resolve`, this never throws, whatever the value is.
  new Promise((resolve) => resolve(value)).catch(noop);
  if (depth > 0) for (const member of membersOf(value)) notAwaited(member, depth - 1);
}

/** The values of an object's own properties, unless there are very many. No getter is called for that. */
export function membersOf(value: object): unknown[] {
  try {
    const members = Object.values(Object.getOwnPropertyDescriptors(value));
    return members.length > MOST_MEMBERS ? [] : members.map((member) => member.value);
  } catch {
    // A proxy may refuse to tell.
    return [];
  }
}
