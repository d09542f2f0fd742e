import type { Request, RequestHandler } from 'express';
import { contextOf, type FailureListener } from './context.ts';
import type { Kept } from './kept.ts';
import { noop } from './lib/noop.ts';
import type { RunningConfig } from './observation.ts';
import { isEndpoint } from './options/path.ts';
import type { Plan } from './read-config.ts';
import { buildRoutes, type Route } from './routes.ts';
import { type TargetService, targetServiceOf } from './slots/balance/target-service.ts';
import { updateListenersOf } from './slots/observe/update-listeners.ts';
import { openStreamsOf } from './slots/streams/streams.ts';
import { requestCountsOf } from './stats.ts';
import { targetChangesOf } from './targets/target-changes.ts';
import { failureWarning } from './warnings/failure.ts';
import { mountWarning } from './warnings/mount.ts';
import { noUserWarning } from './warnings/no-user.ts';
import { trustWarning } from './warnings/trust-proxy.ts';

/** What serves requests while a configuration holds. Requests that came under it keep it to their end. */
export interface Generation {
  readonly plan: Plan;
  readonly running: RunningConfig;
  readonly service: TargetService;
  /** The route that a request is meant for. `path` is what follows the mount path, `baseUrl`. */
  readonly routeOf: (path: string | undefined, baseUrl: string) => Route | undefined;
  readonly serve: RequestHandler;
  /** Handles a request that is meant for no route. */
  readonly pass: RequestHandler;
}

/**
 * Makes a generation. What has to outlive it comes from `kept`.
 *
 * @param number - How many generations there were before it.
 */
export function buildGeneration(plan: Plan, kept: Kept, number: number): Generation {
  const { name, path, config, onError, slots, goesByAddress, countsWithoutUser } = plan;
  // Asked for here, so that `kept` does not forget them: they go on counting while no slot uses them.
  openStreamsOf(kept);
  const routes = buildRoutes(plan, kept);
  const service = targetServiceOf(plan.relay, slots.balance, kept);
  if (slots.observe === undefined) observeNothing(kept);
  const counts = requestCountsOf(kept);
  const isMute = onError === false && slots.observe === undefined;
  const warn = isMute ? kept.of(['failure warning', name], () => failureWarning(name)) : noop;
  const onFailure: FailureListener = (row, failure) => {
    counts.failed(row);
    warn(row, failure);
  };
  const warnOfMount = kept.of(['mount warning', path], () => mountWarning(path));
  const warnOfTrust = kept.of(['trust warning', goesByAddress], () => trustWarning(goesByAddress));
  const warnOfNoUser = kept.of(['no user warning', countsWithoutUser], () =>
    noUserWarning(countsWithoutUser, (req: Request) => contextOf(req).principal !== undefined),
  );
  const running: RunningConfig = { config, number };
  // Outside of an Express app, a request has no `path`.
  function routeOf(path: string = '', baseUrl: string): Route | undefined {
    for (const route of routes) {
      if (isEndpoint(path, route.path) && (!route.isAtRoot || baseUrl === '')) return route;
    }
    return undefined;
  }
  const pass: RequestHandler = ({ baseUrl = '' }, _res, next) => {
    warnOfMount(baseUrl);
    next();
  };
  const serve: RequestHandler = (req, res, next) => {
    const route = routeOf(req.path, req.baseUrl);
    if (route === undefined) {
      pass(req, res, next);
      return;
    }
    // Already answered, or the client has gone.
    if (res.headersSent || res.closed || req.socket.destroyed) return;
    warnOfTrust(req);
    warnOfNoUser(req);
    counts.total += 1;
    const context = contextOf(req);
    context.running = running;
    context.onFailure = onFailure;
    if (onError !== false) context.onError = onError;
    route.run(req, res, next);
  };
  return { plan, running, service, routeOf, serve, pass };
}

function observeNothing(kept: Kept): void {
  const [changes, updates] = [targetChangesOf(kept), updateListenersOf(kept)];
  kept.onceBuilt(() => {
    changes.observe();
    updates.replace();
  });
}
