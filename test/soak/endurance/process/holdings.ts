import { EventEmitter } from 'node:events';
import { Session } from 'node:inspector';
import { activeResources, CLASSES, collectGarbage } from '../../processes/resources.ts';
import type { Holdings } from '../verdict/holdings.ts';

/** The result of a walk over all objects. */
type Found = Pick<Holdings['counts'], 'objects' | 'listeners'> & { readonly alive: number };

declare global {
  /** Set only while {@link walk} runs, because the inspector names objects by expressions. */
  var soakWalk: { prototype: object; count(found: Iterable<object>): Found } | undefined;
}

export async function holdings(): Promise<Holdings> {
  await collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const { alive, objects, listeners } = walk();
  return {
    counts: { active: activeResources(), objects, listeners },
    alive,
    heapBytes: heapUsed,
    externalBytes: external,
    residentBytes: rss,
  };
}

/** Uses the inspector, which gives the objects themselves; `v8.queryObjects` gives only their number. */
function walk(): Found {
  const session = new Session();
  session.connect();
  globalThis.soakWalk = { prototype: Object.prototype, count };
  try {
    const { result } = ask<Evaluated>(session, 'Runtime.evaluate', {
      expression: 'soakWalk.prototype',
    });
    const { objects } = ask<Queried>(session, 'Runtime.queryObjects', {
      prototypeObjectId: result.objectId,
    });
    return ask<Evaluated<Found>>(session, 'Runtime.callFunctionOn', {
      objectId: objects.objectId,
      functionDeclaration: 'function () { return soakWalk.count(this); }',
      returnByValue: true,
    }).result.value;
  } finally {
    session.disconnect();
    globalThis.soakWalk = undefined;
  }
}

interface Evaluated<T = unknown> {
  readonly result: { readonly objectId: string; readonly value: T };
}

interface Queried {
  readonly objects: { readonly objectId: string };
}

/** The inspector of this process answers before `post` returns. */
function ask<T>(session: Session, method: string, params: object): T {
  let answer: T | undefined;
  session.post(method, params, (error, result) => {
    if (error !== null) throw error;
    answer = result as T;
  });
  if (answer === undefined) throw new Error(`The inspector does not answer ${method}`);
  return answer;
}

function count(found: Iterable<object>): Found {
  const classes = Object.entries(CLASSES);
  const objects: Record<string, number> = Object.fromEntries(classes.map(([name]) => [name, 0]));
  const listeners: Record<string, number> = {};
  let alive = 0;
  for (const object of found) {
    alive += 1;
    for (const [name, type] of classes) {
      if (object instanceof type) objects[name] = (objects[name] ?? 0) + 1;
    }
    if (!(object instanceof EventEmitter)) continue;
    const own = listenersOf(object);
    const name = object.constructor.name;
    if (own > 0) listeners[name] = (listeners[name] ?? 0) + own;
  }
  return { alive, objects, listeners };
}

/** Counts 0 for prototypes: they are instances of `EventEmitter`, but have no events of their own. */
function listenersOf(emitter: EventEmitter): number {
  if (!Object.hasOwn(emitter, '_events')) return 0;
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}
