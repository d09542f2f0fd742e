import express, { type RequestHandler, type Router } from 'express';
import type { GatewayConfig } from './config.ts';
import { contextOf } from './context.ts';
import { Kept } from './kept.ts';
import { isEndpoint } from './options/path.ts';
import { type Plan, readConfig } from './read-config.ts';
import { buildRoutes } from './routes.ts';
import { drainOf } from './slots/draining.ts';
import { mountWarning } from './warnings/mount.ts';
import { trustWarning } from './warnings/trust-proxy.ts';

/** What {@link createMcpGateway} returns: an Express router that can be taken out of service. */
export type McpGateway = Router & {
  /**
   * Takes the gateway out of service: new requests get 503 `draining`, calls finish, event streams
   * that would stay open end between two events. What is still open after `graceMs` (default:
   * 10,000 ms; `Infinity` waits for ever) ends within a second then; a later call sets the time anew.
   * Resolves when nothing is under way any more; never rejects.
   */
  close(options?: { readonly graceMs?: number }): Promise<void>;
};

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
  const serve = buildGateway(readConfig(withApp(config)), kept);
  const router = express.Router({ mergeParams: true });
  router.use(function mcpGateway(req, res, next) {
    serve(req, res, next);
  });
  return Object.assign(router, {
    close: (options?: { readonly graceMs?: number }) =>
      drainOf(kept).drain(options?.graceMs ?? GRACE_MS),
  });
}

/** Makes what runs; what is to outlive it is taken from `kept`. */
function buildGateway(plan: Plan, kept: Kept): RequestHandler {
  const { onError } = plan;
  const routes = buildRoutes(plan, kept);
  const warnOfMount = mountWarning(plan.path);
  const warnOfTrust = trustWarning(plan.goesByAddress);
  return function serve(req, res, next) {
    const route = routes.find(({ path, isAtRoot = false }) => {
      return isEndpoint(req.path, path) && (!isAtRoot || req.baseUrl === '');
    });
    if (route === undefined) {
      warnOfMount(req.baseUrl);
      next();
      return;
    }
    // Already answered, or the client has gone.
    if (res.headersSent || res.closed || req.socket.destroyed) return;
    warnOfTrust(req);
    if (onError !== false) contextOf(req).onError = onError;
    route.run(req, res, next);
  };
}

const GRACE_MS = 10_000;

/** A router as the target needs an app around it, for what Express adds to requests and answers. */
function withApp(config: GatewayConfig): GatewayConfig {
  const target = config?.target as { handle?: unknown; listen?: unknown } | undefined;
  const isRouter = typeof target?.handle === 'function' && typeof target.listen !== 'function';
  return isRouter ? { ...config, target: express().use(config.target as Router) } : config;
}
