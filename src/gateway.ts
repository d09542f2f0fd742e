import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import type { GatewayConfig } from './config.ts';
import { contextOf, type FailureListener } from './context.ts';
import { Kept } from './kept.ts';
import { noop } from './lib/noop.ts';
import { isEndpoint } from './options/path.ts';
import { type Plan, readConfig } from './read-config.ts';
import { buildRoutes, type Route } from './routes.ts';
import { type TargetStatus, targetServiceOf } from './slots/balance/target-service.ts';
import { drainOf } from './slots/draining.ts';
import type { ToolPin } from './slots/policies/tool-pin.ts';
import { approveIn, pinsOf } from './slots/policies/tool-pins.ts';
import type { ToolWatch } from './slots/policies/tool-watch.ts';
import { StandAside } from './stand-aside.ts';
import { type GatewayStats, requestCountsOf, statsOf } from './stats.ts';
import { failureWarning } from './warnings/failure.ts';
import { mountWarning } from './warnings/mount.ts';
import { trustWarning } from './warnings/trust-proxy.ts';

/**
 * What {@link createMcpGateway} returns: an Express router that can be taken out of service, as a whole or
 * one target at a time.
 */
export interface McpGateway extends Router {
  /**
   * Takes the gateway out of service: new requests get 503 `draining`, calls finish, event streams
   * that would stay open end between two events. What is still open after `graceMs` (default:
   * 10,000 ms; `Infinity` waits for ever) ends within a second then; a later call sets the time anew.
   * Resolves when nothing is under way any more; never rejects.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
  /**
   * How the gateway is at the moment, as far as this process knows: what is open, how requests fail, how
   * targets and keys are. It holds no secret. Each call looks at every open request.
   */
  stats(): GatewayStats;
  /**
   * How the targets are at the moment, as far as this process knows.
   *
   * @returns One row for each URL, in the order of the option `target`.
   */
  targets(): TargetStatus[];
  /**
   * Takes one of several targets out of service: nothing new begins there, its sessions go on. After
   * `graceMs` (default: 10,000 ms; `Infinity` leaves them for ever) they do not exist any more, event streams
   * end between two events, and what is still open ends a few seconds later. A later call sets the time
   * anew.
   *
   * @param url - The target, as configured, normalised, or as `targets()` shows it.
   * @returns Resolves when the time is over and nothing is under way there any more, or with `restore`
   * or `close`. Rejects with a `RangeError` where the gateway has no such target, or no other.
   */
  drain(url: string | URL, options?: { readonly graceMs?: number }): Promise<void>;
  /**
   * Takes a target into service again after `drain`.
   *
   * @param url - The target, as configured, normalised, or as `targets()` shows it.
   * @throws {RangeError} where the gateway has no such target.
   */
  restore(url: string | URL): void;
  /**
   * What `toolPinning` in `policies` knows of the tools, as far as this process knows.
   *
   * @returns One row for each tool, by name; none without such a policy.
   */
  pins(): ToolPin[];
  /**
   * Approves a tool as it was seen last: one that is new or has changed may be called again, one that is gone
   * is forgotten. It is written to the lock file, or to the store, where `toolPinning` has one.
   *
   * @param name - The tool.
   * @param hash - What `seen` says of it in `pins()`. Default: whatever was seen last.
   * @returns Resolves when that is kept. Rejects with a `RangeError` where no tool of this name is known, or
   * another hash was seen last, and with the cause where it cannot be kept; then nothing has changed.
   */
  approve(name: string, hash?: string): Promise<void>;
}

/**
 * An Express router that relays MCP traffic (Streamable HTTP: POST, GET, DELETE) to an upstream MCP
 * server without changing a byte of any message, through the slots that `config` switches on.
 *
 * @param config - See {@link GatewayConfig}; only `target` is required.
 * @returns The router, with `close()`.
 * @throws {GatewayConfigError} with every mistake in `config`, each with the option's path.
 * @see MCP, Streamable HTTP; RFC 9110 section 7.6
 */
export function createMcpGateway(config: GatewayConfig): McpGateway {
  const kept = new Kept();
  const plan = readConfig(withApp(config));
  const { routeOf, serve, pass } = buildGateway(plan, kept);
  const service = targetServiceOf(plan.relay, plan.slots.balance, kept);
  const router = express.Router({ mergeParams: true });
  router.use(function mcpGateway(req, res, next) {
    serve(req, res, next);
  });
  passOthersBy(router, (req) => routeOf(req) !== undefined, pass);
  return Object.assign(router, {
    close({ graceMs = GRACE_MS }: Grace = {}) {
      service.stop();
      return drainOf(kept).drain(graceMs).finally(service.endDrains);
    },
    stats: () => statsOf(plan, service, kept),
    targets: () => service.statuses(),
    drain: (url: string | URL, { graceMs = GRACE_MS }: Grace = {}) => service.drain(url, graceMs),
    restore: (url: string | URL) => service.restore(url),
    pins: () => pinsOf(watchesIn(plan)),
    approve: (name: string, hash?: string) => approveIn(watchesIn(plan), name, hash),
  });
}

/**
 * Finds every mistake in options, and starts nothing.
 *
 * @throws {GatewayConfigError} as `createMcpGateway` does.
 */
export function checkGateway(config: GatewayConfig): void {
  readConfig(withApp(config));
}

/**
 * Has requests that are not meant for a router go to `pass` without entering it, unless the app has added
 * something to the router. An app may have many gateways, and to leave a router of Express again takes a turn
 * of the event loop.
 */
function passOthersBy(
  router: Router,
  isMeant: (req: Request) => boolean,
  pass: RequestHandler,
): void {
  const entered = router as Router & { handle: RequestHandler };
  const { handle } = entered;
  const { stack } = router;
  const { length } = stack;
  const isChanged = () => stack.length > length;
  const aside = new StandAside(
    router,
    (path) => isMeant({ path, baseUrl: '' } as Request) || isChanged(),
  );
  function handleMeant(req: Request, res: Response, next: NextFunction): void {
    if (isMeant(req) || isChanged()) handle.call(router, req, res, next);
    else {
      // Unless somebody wants to see them all.
      if (entered.handle === handleMeant) aside.from(req);
      pass(req, res, next);
    }
  }
  entered.handle = handleMeant;
}

/** What runs for a request. */
interface Built {
  /** The route that a request is meant for. */
  readonly routeOf: (req: Request) => Route | undefined;
  readonly serve: RequestHandler;
  /** For a request that is meant for none. */
  readonly pass: RequestHandler;
}

/** Makes what runs; what is to outlive it is taken from `kept`. */
function buildGateway(plan: Plan, kept: Kept): Built {
  const { onError, slots } = plan;
  const routes = buildRoutes(plan, kept);
  const counts = requestCountsOf(kept);
  const isMute = onError === false && slots.observe === undefined;
  const warn = isMute ? failureWarning(plan.name) : noop;
  const onFailure: FailureListener = (row, failure) => {
    counts.failed(row);
    warn(row, failure);
  };
  const warnOfMount = mountWarning(plan.path);
  const warnOfTrust = trustWarning(plan.goesByAddress);
  function routeOf(req: Request): Route | undefined {
    // Outside of an app there is none.
    const path = req.path ?? '';
    for (const route of routes) {
      if (isEndpoint(path, route.path) && (!route.isAtRoot || req.baseUrl === '')) return route;
    }
    return undefined;
  }
  const pass: RequestHandler = ({ baseUrl = '' }, _res, next) => {
    warnOfMount(baseUrl);
    next();
  };
  const serve: RequestHandler = (req, res, next) => {
    const route = routeOf(req);
    if (route === undefined) {
      pass(req, res, next);
      return;
    }
    // Already answered, or the client has gone.
    if (res.headersSent || res.closed || req.socket.destroyed) return;
    warnOfTrust(req);
    counts.total += 1;
    const context = contextOf(req);
    context.onFailure = onFailure;
    if (onError !== false) context.onError = onError;
    route.run(req, res, next);
  };
  return { routeOf, serve, pass };
}

function watchesIn({ slots: { policies } }: Plan): ToolWatch[] {
  return policies?.enforced.flatMap(({ watch }) => watch ?? []) ?? [];
}

interface Grace {
  readonly graceMs?: number;
}

const GRACE_MS = 10_000;

/** A router as the target needs an app around it, for what Express adds to requests and answers. */
function withApp(config: GatewayConfig): GatewayConfig {
  const target = config?.target as { handle?: unknown; listen?: unknown } | undefined;
  const isRouter = typeof target?.handle === 'function' && typeof target.listen !== 'function';
  return isRouter ? { ...config, target: express().use(config.target as Router) } : config;
}
