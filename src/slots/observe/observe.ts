import { answerError } from '../../answer-error.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { Middleware } from '../../http/middleware.ts';
import { checkConfig } from '../../options/config-problems.ts';
import type { SlotName } from '../../slot-name.ts';
import { CALLBACKS, isolate } from './isolate.ts';
import { ObservedRequest } from './observed-request.ts';
import type { Observer } from './observer.ts';

/** Tells observers of every request from here on. Each slot behind it is to be {@link watched}. */
export function observe(observers: readonly unknown[]): Middleware {
  const isolated = checkConfig((problems) =>
    problems.list('', observers, isObserver, EXPECTED, { atLeast: 1 }).map(isolate),
  );
  return function observeMiddleware(req, res, next) {
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
