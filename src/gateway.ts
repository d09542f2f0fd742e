import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import type { GatewayConfig } from './config.ts';
import type { DescribedRequest } from './explain/described-request.ts';
import { explain } from './explain/explain.ts';
import { buildGeneration, type Generation } from './generation.ts';
import { Kept } from './kept.ts';
import { noop } from './lib/noop.ts';
import type { McpGateway, UpdateOptions } from './mcp-gateway.ts';
import { checkConfig } from './options/config-problems.ts';
import { isFactory } from './options/factories.ts';
import { type GraceOptions, readGrace } from './options/grace.ts';
import { type Plan, readConfig } from './read-config.ts';
import { drainOf } from './slots/draining.ts';
import { updateListenersOf } from './slots/observe/update-listeners.ts';
import { approveIn, pinsOf } from './slots/policies/tool-pins.ts';
import type { ToolWatch } from './slots/policies/tool-watch.ts';
import { StandAside } from './stand-aside.ts';
import { requestCountsOf, statsOf } from './stats.ts';

export type { McpGateway, UpdateOptions };

/**
 * An Express router that relays MCP traffic (Streamable HTTP: POST, GET, DELETE) to an upstream MCP
 * server without changing a byte of any message, through the slots that `config` switches on.
 *
 * @param config - See {@link GatewayConfig}; only `target` is required.
 * @returns The router, with `close()`.
 * @throws {GatewayConfigError} with every mistake in `config`, each with the option's path.
 * @see MCP, Streamable HTTP; RFC 9110 section 7.6
 *
 * @example From `examples/minimal.ts`:
 * ```ts
 * app.use(
 *   createMcpGateway({
 *     target: 'https://third-party-mcp-server.example/mcp',
 *   }),
 * );
 * ```
 */
export function createMcpGateway(config: GatewayConfig): McpGateway {
  const kept = new Kept();
  let current!: Generation;
  const replace = (plan: Plan, number: number, onHeld = noop): void => {
    const build = () => buildGeneration(plan, kept, number);
    kept.renew(build, (built) => {
      current = built;
      onHeld();
    });
  };
  replace(readConfig(withApp(config)), 0);
  const router = express.Router({ mergeParams: true });
  router.use(function mcpGateway(req, res, next) {
    current.serve(req, res, next);
  });
  const isMeant: IsMeant = (path, baseUrl) => current.routeOf(path, baseUrl) !== undefined;
  passOthersBy(router, isMeant, (req, res, next) => current.pass(req, res, next));
  return Object.assign(router, {
    update(config: GatewayConfig, options: UpdateOptions = {}) {
      const streams = readUpdate(options);
      const plan = readConfig(withApp(config), 'update');
      const { all: told } = updateListenersOf(kept);
      const { config: previous, number } = current.running;
      replace(plan, number + 1, () => {
        requestCountsOf(kept).updatedAt = new Date();
        const { running } = current;
        if (streams === 'end') kept.tell(() => drainOf(kept).endStreamsBefore(running));
        const update = { config: plan.config, previous, streams };
        const all = new Map([...told, ...updateListenersOf(kept).all]);
        for (const tell of all.values()) kept.tell(() => tell(update, plan.name));
      });
    },
    async close(options?: GraceOptions) {
      const graceMs = readGrace('close', options);
      const { service } = current;
      service.stop();
      await drainOf(kept).drain(graceMs).finally(service.endDrains);
    },
    stats: () => statsOf(current.plan, current.service, kept),
    explain: (request: DescribedRequest) => explain(request, current.plan, kept, express()),
    targets: () => current.service.statuses(),
    async drain(url: string | URL, options?: GraceOptions) {
      await current.service.drain(url, readGrace('drain', options));
    },
    restore: (url: string | URL) => current.service.restore(url),
    pins: () => pinsOf(watchesIn(current.plan)),
    approve: (name: string, hash?: string) => approveIn(watchesIn(current.plan), name, hash),
  });
}

isFactory('createMcpGateway', createMcpGateway);

/**
 * Finds every mistake in options, and starts nothing.
 *
 * @throws {GatewayConfigError} as `createMcpGateway` does.
 */
export function checkGateway(config: GatewayConfig): void {
  readConfig(withApp(config));
}

/** Whether a request is meant for the gateway. `path` is what follows the mount path, `baseUrl`. */
type IsMeant = (path: string | undefined, baseUrl: string) => boolean;

/**
 * Sends requests that are not meant for a router to `pass` without entering it, unless the app has added
 * something to the router. An app may have many gateways, and leaving an Express router again takes a turn of
 * the event loop.
 */
function passOthersBy(router: Router, isMeant: IsMeant, pass: RequestHandler): void {
  const entered = router as Router & { handle: RequestHandler };
  const { handle } = entered;
  const { stack } = router;
  const { length } = stack;
  const isChanged = () => stack.length > length;
  const aside = new StandAside(router, (path) => isMeant(path, '') || isChanged());
  function handleMeant(req: Request, res: Response, next: NextFunction): void {
    if (isMeant(req.path, req.baseUrl) || isChanged()) handle.call(router, req, res, next);
    else {
      // Not where other code has wrapped `handle`: it may want to see all requests.
      if (entered.handle === handleMeant) aside.from(req);
      pass(req, res, next);
    }
  }
  entered.handle = handleMeant;
}

function watchesIn({ slots: { policies } }: Plan): ToolWatch[] {
  return policies?.enforced.flatMap(({ watch }) => watch ?? []) ?? [];
}

function readUpdate(options: UpdateOptions): 'keep' | 'end' {
  return checkConfig('update', (found) => {
    const problems = found.at('options');
    if (!problems.keys(options, ['streams'], "{ streams: 'end' }")) return undefined;
    const { streams = 'keep' } = options;
    if (streams !== 'keep' && streams !== 'end') {
      problems.at('streams').add(streams, "'keep' or 'end'");
    }
    return streams;
  });
}

/** A router as the target needs an app around it, for what Express adds to requests and answers. */
function withApp(config: GatewayConfig): GatewayConfig {
  const target = config?.target as { handle?: unknown; listen?: unknown } | undefined;
  const isRouter = typeof target?.handle === 'function' && typeof target.listen !== 'function';
  if (!isRouter) return config;
  const router = target as Router;
  const app = apps.get(router) ?? express().use(router);
  apps.set(router, app);
  return { ...config, target: app };
}

/** The app around each router: the same router stays the same target. */
const apps = new WeakMap<Router, Express>();
