import { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { queryObjects } from 'node:v8';

/** What a process holds, once all that nobody refers to has been collected. */
export interface Resources {
  /** What keeps its event loop alive, by kind: sockets, timers, servers. */
  readonly active: Readonly<Record<string, number>>;
  /** How many objects there are of some classes. Timers that keep nothing alive are among them. */
  readonly objects: Readonly<Record<string, number>>;
  readonly heapBytes: number;
}

const idleTimer = setTimeout(() => {}, 0);
/** What a gateway has of each of these comes and goes with its requests. */
export const CLASSES: Readonly<Record<string, new () => object>> = {
  Timeout: idleTimer.constructor,
  Socket,
  ClientRequest,
  IncomingMessage,
  ServerResponse,
} as unknown as Record<string, new () => object>;
clearTimeout(idleTimer);

/** Finalisers run in turns of their own, and free more. */
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
