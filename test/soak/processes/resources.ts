import { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { queryObjects } from 'node:v8';

/** What a process holds after a complete garbage collection. */
export interface Resources {
  /** Resources that keep its event loop alive, by kind: sockets, timers, servers. */
  readonly active: Readonly<Record<string, number>>;
  /** How many objects of some classes there are; including timers that are `unref`ed. */
  readonly objects: Readonly<Record<string, number>>;
  readonly heapBytes: number;
}

const idleTimer = setTimeout(() => {}, 0);
/** Classes whose objects come and go with the requests of a gateway. */
export const CLASSES: Readonly<Record<string, new () => object>> = {
  Timeout: idleTimer.constructor,
  Socket,
  ClientRequest,
  IncomingMessage,
  ServerResponse,
} as unknown as Record<string, new () => object>;
clearTimeout(idleTimer);

/** Several, because finalisers run in later turns of the event loop and free more objects. */
const COLLECTIONS = 4;

export async function collectGarbage(): Promise<void> {
  for (let i = 0; i < COLLECTIONS; i += 1) {
    globalThis.gc?.();
    await setImmediate();
  }
}

export function activeResources(): Record<string, number> {
  const active: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) active[kind] = (active[kind] ?? 0) + 1;
  return active;
}

export async function resources(): Promise<Resources> {
  await collectGarbage();
  const objects = Object.fromEntries(
    Object.entries(CLASSES).map(([name, type]) => [name, queryObjects(type, { format: 'count' })]),
  );
  return { active: activeResources(), objects, heapBytes: process.memoryUsage().heapUsed };
}
