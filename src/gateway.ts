import express, { type Router } from 'express';
import type { GatewayConfig } from './config.ts';
import { contextOf } from './context.ts';
import { DEFAULT_PATH, isEndpoint, missWarning, readPath } from './endpoint.ts';
import { chain } from './http/chain.ts';
import type { Middleware } from './http/middleware.ts';
import { readLegacySse } from './legacy-sse.ts';
import { MCP_METHODS } from './mcp/methods.ts';
import { allowedHosts } from './middleware/allowed-hosts.ts';
import { allowedMethods } from './middleware/allowed-methods.ts';
import { bodyLimit } from './middleware/body-limit.ts';
import { Drain } from './middleware/drain.ts';
import { type DenyAs, enforcePolicies } from './middleware/enforce-policies.ts';
import { headLimits } from './middleware/head-limits.ts';
import { hostMiddleware } from './middleware/host-middleware.ts';
import { injectHeaders } from './middleware/inject-headers.ts';
import { type McpCorsOptions, mcpCors } from './middleware/mcp-cors.ts';
import { observe, watched } from './middleware/observe.ts';
import { readMessage } from './middleware/read-message.ts';
import type { Observer } from './observability/observer.ts';
import { type ConfigProblems, checkConfig } from './options/config-problems.ts';
import { readPolicies } from './policies/policy.ts';
import { readPublicUrl } from './public-url.ts';
import { relay } from './relay/relay.ts';
import { RELAY_OPTIONS, readRelayOptions } from './relay/relay-options.ts';
import type { RelaySettings } from './relay/relay-settings.ts';

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
 * @throws {GatewayConfigError} with every mistake in `config`, each with the option's path.
 * @see MCP, Streamable HTTP; RFC 9110 section 7.6
 */
export function createMcpGateway(config: GatewayConfig): McpGateway {
  const drain = new Drain();
  const { routes, onError } = checkConfig((problems) => compile(problems, config, drain));
  const warnOfMiss = missWarning(routes[0].path);
  const router = express.Router({ mergeParams: true });

  router.use(function mcpGateway(req, res, next) {
    const route = routes.find(({ path }) => isEndpoint(req.path, path));
    if (route === undefined) {
      warnOfMiss(req.baseUrl);
      next();
      return;
    }
    // Somebody was first, or nobody is there any more.
    if (res.headersSent || res.closed || req.socket.destroyed) return;
    if (onError !== false) contextOf(req).onError = onError;
    route.run(req, res, next);
  });
  return Object.assign(router, {
    close: (options?: { readonly graceMs?: number }) => drain.drain(options?.graceMs ?? GRACE_MS),
  });
}

const GRACE_MS = 10_000;

/** The order in which a request meets the slots: cheap and anonymous first, the upstream last. */
function compile(problems: ConfigProblems, config: GatewayConfig, drain: Drain) {
  problems.root(config, [
    ...RELAY_OPTIONS,
    'path',
    'publicUrl',
    'legacySse',
    'methods',
    'bodyLimit',
    'cors',
    'hosts',
    'policies',
    'denyAs',
    'headers',
    'use',
    'observe',
    'onError',
  ]);
  const {
    path = DEFAULT_PATH,
    publicUrl,
    legacySse = false,
    methods = MCP_METHODS,
    bodyLimit: limit = '4mb',
    cors = {},
    hosts = false,
    policies = false,
    denyAs = 'http',
    headers = false,
    use = false,
    observe: observers = false,
    onError = false,
    ...relayOptions
  } = config;
  const endpoint = readPath(problems, 'path', path);
  const publicly = readPublicUrl(problems, publicUrl);
  problems.callback('onError', onError);
  if (cors && Object.hasOwn(cors, 'methods')) {
    problems.add('cors.methods', 'an option', 'methods, which is the same for CORS');
  }
  const method = problems.within('methods', () => allowedMethods(methods));
  // A mistake in `methods` is told once.
  const preflight = {
    origin: publicly ? [publicly.origin] : [],
    methods: method ? methods : MCP_METHODS,
  };

  const slots: Slots = {
    cors: problems.slot('cors', cors, (options) => mcpCors(withDefaults(options, preflight))),
    head: headLimits(),
    draining: drain.middleware,
    hosts: problems.slot('hosts', hosts, allowedHosts),
    methods: method,
    bodyLimit: problems.slot('bodyLimit', limit, bodyLimit),
    ...policySlots(problems, policies, denyAs),
    use: problems.slot('use', use, (own) => hostMiddleware([own].flat() as Middleware[])),
    headers: problems.slot('headers', headers, injectHeaders),
  };
  const observed = problems.slot('observe', observers, (own) =>
    observe([own].flat() as Observer[]),
  );
  const setup = readRelayOptions(problems, relayOptions, endpoint);
  const relayTo = (url: URL, own: Partial<RelaySettings> = {}) =>
    relay({ ...setup.settings, engine: setup.engineFor(url), relayCors: cors === false, ...own });
  const through = (last: Slots) => runner({ ...slots, ...last }, observed);

  const routes: Routes = [{ path: endpoint, run: through({ relay: relayTo(setup.target) }) }];
  if (legacySse !== false) {
    const places = { endpoint, target: setup.target, publicUrl: publicly };
    const { streamUrl, endpoints, ...paths } = readLegacySse(problems, legacySse, places);
    const stream = chain([
      // The event with the URL has to be read.
      injectHeaders({ set: { 'Accept-Encoding': 'identity' } }),
      relayTo(streamUrl, { openingOf: endpoints.openingOf }),
    ]);
    const messages = relayTo(streamUrl, { pathOf: endpoints.pathOf });
    routes.push(
      { path: paths.path, run: through({ methods: allowedMethods(['GET']), relay: stream }) },
      {
        path: paths.messagePath,
        run: through({ methods: allowedMethods(['POST']), relay: messages }),
      },
    );
  }
  return { routes, onError };
}

/** One of the router's paths, and what a request for it goes through. */
interface Route {
  readonly path: string;
  readonly run: Middleware;
}

type Routes = [endpoint: Route, ...others: Route[]];

type Slots = Readonly<Record<string, Middleware | undefined>>;

/** The body is read only where something that decides needs the message. */
function policySlots(
  problems: ConfigProblems,
  policies: GatewayConfig['policies'],
  denyAs: unknown,
): Slots {
  if (denyAs !== 'http' && denyAs !== 'jsonrpc') {
    problems.add('denyAs', denyAs, "'http' or 'jsonrpc'");
  }
  if (policies === undefined || policies === false) return {};
  const enforced = readPolicies(problems, 'policies', policies);
  return {
    message: readMessage({ seesArguments: enforced.some((policy) => policy.seesArguments) }),
    policies: enforcePolicies(enforced, denyAs as DenyAs),
  };
}

function runner(slots: Slots, observed: Middleware | undefined): Middleware {
  if (observed === undefined) return chain(Object.values(slots));
  return chain([
    observed,
    ...Object.entries(slots).map(([name, slot]) => slot && watched(name, slot)),
  ]);
}

function withDefaults(
  options: McpCorsOptions,
  { origin, methods }: Required<Pick<McpCorsOptions, 'origin' | 'methods'>>,
): McpCorsOptions {
  // What is no object is left for `mcpCors` to complain of.
  if (typeof options !== 'object' || options === null) return options;
  return { origin, ...options, methods };
}
