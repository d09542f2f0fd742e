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
  /** The host that alone sees it; undefined: all that have no gateways of their own. */
  readonly host: string | undefined;
  readonly gateway: McpGateway;
  readonly answers: AnswerHeaders;
  /** Whether it knows its path by itself; otherwise Express finds it, with its parameters. */
  readonly knowsPath: boolean;
  /** Whether it serves metadata at the root of the host. */
  readonly hasMetadata: boolean;
}

/**
 * A router with all gateways of a document. It is an app of its own inside, because that has the list of
 * proxies that the document trusts, whatever the app around it believes.
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
      // The inner app has made them its own.
      Object.setPrototypeOf(req, prototypes[0]);
      Object.setPrototypeOf(res, prototypes[1]);
      next(error);
    });
  });
  return router;
}

/** As Express asks for each address on the way. */
function trustIn(networks: readonly Network[]): (text: string) => boolean {
  const proxies = new Networks(networks);
  return function isTrusted(text) {
    const address = readAddress(text);
    return address !== undefined && proxies.has(address);
  };
}

/** A host of the list sees its own gateways alone, and all others see those of none. */
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
  // Whoever asks for a path that is written out passes no other gateway on the way.
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
    // With a slash at its end it is the same.
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

/** Express throws at a parameter that it cannot decode, and the app around would have to handle that. */
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

/** Lets nobody into a route with parameters by another spelling of a path that has a route of its own. */
function notDisguised(order: RouteOrder): RequestHandler {
  return ({ path }, _res, next) => (order.isDisguised(path) ? next('router') : next());
}

function hasHeaders({ always, added, overTls }: AnswerHeaders): boolean {
  return added.length + Object.keys({ ...always, ...overTls }).length > 0;
}

/** On refusals as well, which no rule for answers of the upstream sees. */
function withHeaders({ always, added, overTls }: AnswerHeaders): RequestHandler {
  const everywhere = Object.entries(always);
  const secure = [...everywhere, ...Object.entries(overTls)];
  return (req, res, next) => {
    for (const [name, value] of req.secure ? secure : everywhere) res.setHeader(name, value);
    if (added.length > 0) addInFront(req, res, added);
    next();
  };
}

/** Not below the path. */
function onlyThere(handle: RequestHandler): RequestHandler {
  return (req, res, next) => {
    if (req.path === '/') handle(req, res, next);
    else next();
  };
}
