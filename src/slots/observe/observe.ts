import { answerError } from '../../answer-error.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { Middleware } from '../../http/middleware.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import type { SlotName } from '../../slot-name.ts';
import { ObservedTargets, targetChangesOf } from '../../targets/target-changes.ts';
import type { TargetChange } from '../../targets/target-state.ts';
import type { Basis } from '../basis.ts';
import type { Slot } from '../slot.ts';
import { debugObserver } from './debug-observer.ts';
import { ATTACH, FOLLOW, type FollowingObserver } from './follower.ts';
import {
  CALLBACKS,
  callbacksOf,
  failureReport,
  isolatedFollow,
  type ReportFailure,
} from './isolate.ts';
import type { ObserveSettings } from './observe-settings.ts';
import { ObservedRequest } from './observed-request.ts';
import type { Observer } from './observer.ts';
import { SEES_ARGUMENTS } from './sees-arguments.ts';
import { type UpdateListener, updateListenersOf } from './update-listeners.ts';

/** Reads one observer or a list of them. */
export function readObservers(problems: ConfigProblems, value: unknown): readonly Observer[] {
  return problems.list(value, isObserver, EXPECTED, { atLeast: 1, orOne: true });
}

/**
 * Tells observers of every request that comes here. No observer can make it fail. Each slot behind it has to
 * be {@link watched}.
 */
function tellObservers(settings: ObserveSettings): Middleware {
  return function tellObserversMiddleware(req, res, next) {
    const context = contextOf(req);
    const { ip, failure } = addressOf(context);
    context.observation = new ObservedRequest(context, res, ip, settings);
    if (failure === undefined) next();
    else answerError(req, res, 'internal_error', failure);
  };
}

/**
 * The address of a request; empty, with the failure, where the app's own function for `trust proxy` has
 * failed.
 */
function addressOf(context: RequestContext): { ip: string; failure?: { cause: unknown } } {
  try {
    return { ip: context.ip };
  } catch (cause) {
    return { ip: '', failure: { cause } };
  }
}

/** Wraps a slot so that observers are told when a request comes to it, and when it lets the request pass. */
export function watched(slot: SlotName, middleware: Middleware): Middleware {
  return function watchedMiddleware(req, res, next) {
    const { observation } = contextOf(req);
    if (observation === undefined) {
      middleware(req, res, next);
      return;
    }
    observation.entered(slot);
    if (!observation.hearsDecisions) {
      middleware(req, res, next);
      return;
    }
    middleware(req, res, (error) => {
      observation.passed(slot);
      next(error);
    });
  };
}

const EXPECTED = `an object with some of the functions ${CALLBACKS.join(', ')}`;

function isObserver(value: unknown): value is Observer {
  if (typeof value !== 'object' || value === null) return false;
  const callbacks = CALLBACKS.map((name) => (value as Observer)[name]).filter(
    (callback) => callback !== undefined,
  );
  const isFollowing = (value as FollowingObserver)[FOLLOW] !== undefined;
  return (
    (callbacks.length > 0 || isFollowing) &&
    callbacks.every((callback) => typeof callback === 'function')
  );
}

/** Each observer once, however often it stands in the list. */
function updateListenersIn(
  guarded: readonly (readonly [observer: Observer, report: ReportFailure])[],
): ReadonlyMap<Observer, UpdateListener> {
  const listeners = guarded.flatMap(([observer, report]) => {
    const [onUpdate] = callbacksOf([[observer, report]]).onUpdate;
    return onUpdate === undefined ? [] : [[observer, onUpdate] as const];
  });
  return new Map(listeners);
}

const onward: Middleware = (_req, _res, next) => next();

/** What the slot reads from the configuration. */
interface Settings {
  readonly observers: readonly Observer[];
  /** The name by which observers know the gateway. */
  readonly gateway: string;
}

/** The slot. */
export const observe: Slot<
  { readonly observe?: Observer | readonly Observer[] | false; readonly name?: string },
  Settings,
  'observe'
> = {
  name: 'observe',
  options: ['observe', 'name'],
  isSilent: true,
  read(problems, { observe: value = false, name }, { path = '' }: Basis) {
    if (name !== undefined && (typeof name !== 'string' || name === '')) {
      problems.at('name').add(name, 'a text', 'wrong_type');
    }
    const own = value === false ? [] : readObservers(problems.at('observe'), value);
    const observers = debugObserver === undefined ? own : [...own, debugObserver];
    return observers.length === 0 ? undefined : { observers, gateway: name ?? path };
  },
  // Observers are not told of a request that is only described.
  rehearse: () => onward,
  build({ observers, gateway }, kept) {
    const guarded = observers.map((observer) => {
      const report = kept.of(['failures of an observer', observer], failureReport);
      return [observer, report] as const;
    });
    const callbacks = callbacksOf(guarded);
    const follow = guarded.flatMap(([observer, report]) => isolatedFollow(observer, report) ?? []);
    const targets = new ObservedTargets();
    const onTarget = (change: TargetChange) => {
      for (const listener of callbacks.onTarget) listener(change, gateway);
    };
    const changes = targetChangesOf(kept);
    const updates = updateListenersOf(kept);
    kept.onceBuilt(() => {
      for (const observer of observers as readonly FollowingObserver[]) {
        observer[ATTACH]?.(gateway, targets);
      }
      changes.observe(onTarget, targets);
      updates.replace(updateListenersIn(guarded));
    });
    const keepsCalls = observers.some((observer) => SEES_ARGUMENTS in observer);
    return tellObservers({ gateway, keepsCalls, callbacks, follow });
  },
};
