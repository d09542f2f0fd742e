import express, { type RequestHandler, type Router } from 'express';
import { answerError } from '../answer-error.ts';
import type { McpGateway } from '../gateway.ts';
import { readAddress } from '../lib/address.ts';
import { type Network, Networks } from '../lib/networks.ts';
import { hostOf, OTHER_HOST } from './endpoints/virtual-hosts.ts';
import { addInFront } from './parts/added-headers.ts';
import type { AnswerHeaders } from './parts/answer-headers.ts';
import { decode, RouteOrder } from './route-order.ts';

/** A gateway, and where it is mounted. */
export interface MountedGateway {
  readonly path: string;
  /** The only host that sees it; undefined: all hosts without gateways of their own. */
  readonly host: string | undefined;
  readonly gateway: McpGateway;
  readonly answers: AnswerHeaders;
  /** Whether the gateway matches its path by itself; otherwise Express does, with its parameters. */
  readonly knowsPath: boolean;
  /** Whether it serves metadata at the root of the host. */
  readonly hasMetadata: boolean;
}

/**
 * A router with all gateways of a document. Inside, it is an app of its own: that app trusts the proxies that
 * the document names, independent of the app around it.
 */
export function routerOf(
  gateways: readonly MountedGateway[],
  trustedProxies: readonly Network[],
  virtualHosts: readonly string[],
): Router {
  const inner = express();
  inner.set('trust proxy', trustedProxies.length === 0 ? false : trustIn(trustedProxies));
  inner.disable('x-powered-by');
  inner.use(virtualHosts.length === 0 ? routesOf(gateways) : byHost(gateways, virtualHosts));
  const router = express.Router();
  router.use(function krakend(req, res, next) {
    const prototypes = [Object.getPrototypeOf(req), Object.getPrototypeOf(res)];
    (inner as unknown as RequestHandler)(req, res, (error?: unknown) => {
      // The inner app has replaced their prototypes by its own.
      Object.setPrototypeOf(req, prototypes[0]);
      Object.setPrototypeOf(res, prototypes[1]);
      next(error);
    });
  });
  return router;
}

/** The function for `trust proxy`, which Express calls for each address on the way. */
function trustIn(networks: readonly Network[]): (text: string) => boolean {
  const proxies = new Networks(networks);
  return function isTrusted(text) {
    const address = readAddress(text);
    return address !== undefined && proxies.has(address);
  };
}

/** A host of the list sees only its own gateways. All other hosts see the gateways that name no host. */
function byHost(
  gateways: readonly MountedGateway[],
  virtualHosts: readonly string[],
): RequestHandler {
  const ofHost = (host: string | undefined) =>
    routesOf(gateways.filter((gateway) => gateway.host === host));
  const own = new Map(virtualHosts.map((host) => [host, ofHost(host)]));
  const others = ofHost(undefined);
  return (req, res, next) => {
    const host = hostOf(req);
    if (host === OTHER_HOST) next();
    else (own.get(host) ?? others)(req, res, next);
  };
}

function routesOf(gateways: readonly MountedGateway[]): Router {
  const routes = express.Router({ caseSensitive: true });
  const order = new RouteOrder(gateways.map(({ path }) => path));
  const withParams = order.routes.flatMap((path) => {
    return gateways.filter((own) => own.path === path && !own.knowsPath);
  });
  // A request for a path without parameters passes no other gateway on the way.
  routes.use(atOwnPath(gateways.filter(({ knowsPath }) => knowsPath)));
  if (withParams.length > 0) routes.use(decodable(order, withParams), notDisguised(order));
  for (const { path, gateway, answers } of withParams) {
    if (hasHeaders(answers)) routes.use(path, onlyThere(withHeaders(answers)));
    routes.use(path, gateway);
  }
  return routes;
}

/** Finds the gateway of a path that has no parameters. */
function atOwnPath(gateways: readonly MountedGateway[]): RequestHandler {
  const byPath = new Map<string, RequestHandler>();
  const metadata = express.Router();
  for (const { path, gateway, answers, hasMetadata } of gateways) {
    const run = hasHeaders(answers)
      ? express.Router().use(withHeaders(answers)).use(gateway)
      : gateway;
    byPath.set(path, run);
    // A slash at its end makes no difference.
    if (path !== '/') byPath.set(`${path}/`, run);
    if (hasMetadata) metadata.use(gateway);
  }
  return (req, res, next) => {
    const run = byPath.get(req.path);
    if (run !== undefined) run(req, res, next);
    else if (req.baseUrl === '' && req.path.startsWith('/.well-known/')) metadata(req, res, next);
    else next();
  };
}

/**
 * Answers paths that cannot be decoded. Express would throw, and the app around would have to handle the
 * error.
 */
function decodable(order: RouteOrder, gateways: readonly MountedGateway[]): RequestHandler {
  return (req, res, next) => {
    if (!req.path.includes('%') || decode(req.path) !== undefined) {
      next();
      return;
    }
    const path = order.routeOf(req.path);
    const own = gateways.find((gateway) => gateway.path === path);
    if (own === undefined) next('router');
    else {
      const cause = new Error('A parameter of the path cannot be decoded');
      withHeaders(own.answers)(req, res, () => answerError(req, res, 'not_found', { cause }));
    }
  };
}

/**
 * Keeps a request out of routes with parameters where its path is another spelling of a path with a route of
 * its own.
 */
function notDisguised(order: RouteOrder): RequestHandler {
  return ({ path }, _res, next) => (order.isDisguised(path) ? next('router') : next());
}

function hasHeaders({ always, added, overTls }: AnswerHeaders): boolean {
  return added.length + Object.keys({ ...always, ...overTls }).length > 0;
}

/**
 * Sets headers in front of the gateway, so that refusals have them as well: no rule for answers of the
 * upstream sees refusals.
 */
function withHeaders({ always, added, overTls }: AnswerHeaders): RequestHandler {
  const everywhere = Object.entries(always);
  const secure = [...everywhere, ...Object.entries(overTls)];
  return (req, res, next) => {
    for (const [name, value] of req.secure ? secure : everywhere) res.setHeader(name, value);
    if (added.length > 0) addInFront(req, res, added);
    next();
  };
}

/** Runs the handler for the path itself, not for paths below it. */
function onlyThere(handle: RequestHandler): RequestHandler {
  return (req, res, next) => {
    if (req.path === '/') handle(req, res, next);
    else next();
  };
}
