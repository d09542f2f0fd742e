import { answerError } from '../../answer-error.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { Middleware } from '../../http/middleware.ts';
import { asList } from '../../options/as-list.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import type { SlotName } from '../../slot-name.ts';
import type { Slot } from '../slot.ts';
import { CALLBACKS, isolate } from './isolate.ts';
import { ObservedRequest } from './observed-request.ts';
import type { Observer } from './observer.ts';

/** Reads one observer or a list of them. */
export function readObservers(problems: ConfigProblems, value: unknown): readonly Observer[] {
  return problems.list(asList(value), isObserver, EXPECTED, { atLeast: 1 });
}

/** Tells observers of every request from here on. Each slot behind it is to be {@link watched}. */
export function tellObservers(observers: readonly Observer[]): Middleware {
  const isolated = observers.map(isolate);
  return function tellObserversMiddleware(req, res, next) {
    const context = contextOf(req);
    const { ip, failure } = addressOf(context);
    context.observation = new ObservedRequest(context, res, isolated, ip);
    if (failure === undefined) next();
    else answerError(req, res, 'internal_error', failure);
  };
}

/** Where there is none, the app's own function for `trust proxy` has failed. */
function addressOf(context: RequestContext): { ip: string; failure?: { cause: unknown } } {
  try {
    return { ip: context.ip };
  } catch (cause) {
    return { ip: '', failure: { cause } };
  }
}

/** A slot that is reported to observers: that a request has come to it, and that it let it pass. */
export function watched(slot: SlotName, middleware: Middleware): Middleware {
  return function watchedMiddleware(req, res, next) {
    const { observation } = contextOf(req);
    observation?.entered(slot);
    middleware(req, res, (error) => {
      observation?.passed(slot);
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
  return callbacks.length > 0 && callbacks.every((callback) => typeof callback === 'function');
}

/** The slot. */
export const observe: Slot<
  { readonly observe?: Observer | readonly Observer[] | false },
  readonly Observer[],
  'observe'
> = {
  name: 'observe',
  options: ['observe'],
  isSilent: true,
  read: (problems, { observe: value = false }) =>
    value === false ? undefined : readObservers(problems.at('observe'), value),
  build: (observers) => tellObservers(observers),
};
