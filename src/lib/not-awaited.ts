import { noop } from './noop.ts';

/** How far it is looked for promises in what was given: a member, an item of a list that is one, ... */
const DEPTH = 3;

/** In anything larger nobody put a promise by mistake. */
const MOST_MEMBERS = 100;

/**
 * For what was given where no promise belongs, and may be one or hold some, as where an `await` was
 * forgotten: nobody waits for them, and what they reject with must not end the process.
 *
 * @param depth - How far inside of it promises are looked for; 0 is not at all.
 */
export function notAwaited(value: unknown, depth: number = DEPTH): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  // Unlike Promise.resolve, this throws for nothing that there is.
  new Promise((resolve) => resolve(value)).catch(noop);
  if (depth > 0) for (const member of membersOf(value)) notAwaited(member, depth - 1);
}

/** What an object holds itself, unless that is very much. Nothing is called to find that out. */
export function membersOf(value: object): unknown[] {
  try {
    const members = Object.values(Object.getOwnPropertyDescriptors(value));
    return members.length > MOST_MEMBERS ? [] : members.map((member) => member.value);
  } catch {
    // A proxy may refuse to tell.
    return [];
  }
}
