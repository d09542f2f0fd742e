import type { Engine } from '../engine/engine.ts';
import { followRedirects } from '../engine/follow-redirects.ts';
import { hostOfItsOwn } from '../engine/host-of-its-own.ts';
import { httpProxyMiddlewareEngine } from '../engine/http-proxy-middleware.ts';
import { inProcessEngines, type UpstreamHandler } from '../engine/in-process.ts';
import type { Network } from '../engine/network/network.ts';
import { type ConnectionCounts, connectionsIn, poolFor } from '../engine/network/pools.ts';
import { repeatStale } from '../engine/repeat-stale.ts';
import { timed } from '../engine/timed.ts';
import { undiciEngine } from '../engine/undici/undici.ts';
import { UNDICI_RANGE, whyUnfit } from '../engine/undici/undici-internals.ts';
import { upstreamAt } from '../engine/undici/undici-upstream.ts';
import type { Kept } from '../kept.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import { type Duration, readDuration } from '../options/duration.ts';
import { type QueryOptions, readQuery } from '../targets/forwarded-query.ts';
import { readTarget, type TargetPlans } from '../targets/read-target.ts';
import { siteOf } from '../targets/site.ts';
import { Target, type TargetPlan } from '../targets/target.ts';
import { NETWORK_OPTIONS, type NetworkOptions, readNetworkOptions } from './network/options.ts';
import { pathAtTargets } from './path-at.ts';
import { readRedirects } from './redirects.ts';
import type { RelaySettings } from './relay-settings.ts';
import { readTimeouts, type TimeoutOptions, type Timeouts } from './timeouts.ts';

/** Where requests go, and how. */
export interface RelayOptions extends NetworkOptions {
  /**
   * The upstream MCP endpoint. It is a URL, whose path and query are fixed: nothing that a client sends
   * changes them, except where they have names in braces, `https://mcp.example/{tenant}/mcp`. A parameter of
   * the route that the gateway is mounted on takes the place of such a name, or, with `{claims.org}`, a claim
   * of the caller, as one segment or a part of it. Or it is a list of URLs, for several instances of one MCP
   * server; a URL that is repeated weighs more. Or it is a handler in this process (an Express app, a plain
   * `(req, res)`), which is called at `http://localhost` and the gateway's path. Required.
   */
  target: string | URL | readonly (string | URL)[] | UpstreamHandler;
  /** The four timers; an object changes those it names, `false` switches all off. */
  timeout?: TimeoutOptions | false;
  /**
   * How long an event stream may be silent before its client gets a comment, so that no proxy on the way
   * takes it for dead. The comment comes only between events. Default: `'15s'`.
   */
  heartbeat?: Duration | false;
  /**
   * Which parameters of the client's query go upstream, behind the target's own and never in place of one
   * of those. Default: none.
   */
  query?: QueryOptions | false;
  /**
   * `'same-origin'` follows a redirect with status 307 or 308 to another path of the target's own origin,
   * once; the body of a POST is kept for it, up to `bodyLimit`. Any other redirect is answered with 502.
   * Default: `false`, none is followed.
   */
  redirects?: 'same-origin' | false;
  /**
   * Which engine sends requests upstream; from outside, both are the same. `'undici'` costs less CPU time,
   * and needs the package `undici` in a version of 8.13, and Node 22.19 or later. What differs: its parser
   * refuses a tab behind the digits of `Content-Length`, and has no bound for the extensions of chunks; an
   * answer to half a request closes its connection; and its instrumentation has no span for a request that
   * finds no connection. Default: `'http-proxy-middleware'`.
   */
  engine?: EngineName;
}

/** The engines there are. */
export type EngineName = 'http-proxy-middleware' | 'undici';

interface EngineKind {
  readonly create: (target: URL, network: Network) => Engine;
  readonly connections: (target: URL, network: Network) => ConnectionCounts;
}

const ENGINES: Readonly<Record<EngineName, EngineKind>> = {
  'http-proxy-middleware': {
    create: httpProxyMiddlewareEngine,
    connections: (target, network) => connectionsIn(poolFor(target, network), target),
  },
  undici: {
    create: undiciEngine,
    connections: (target, network) => upstreamAt(target, network).connections.counts,
  },
};

/** The keys of {@link RelayOptions}. */
export const RELAY_OPTIONS: readonly string[] = [
  'target',
  'timeout',
  'heartbeat',
  'query',
  'redirects',
  'engine',
  ...NETWORK_OPTIONS,
];

/** The options of the relay, read. */
export interface RelayPlan extends TargetPlans {
  readonly network: Network;
  /** The `Host` that the upstream sees, where it is not the target's. */
  readonly host?: string | undefined;
  readonly engine: EngineName;
  readonly timeouts: Timeouts;
  readonly heartbeat: number | false;
  /** The names in the client's query that go upstream. */
  readonly query: readonly string[] | undefined;
  readonly followsRedirects: boolean;
}

/** Reads the options of the relay; `path` is where a handler in this process is called. */
export function readRelayOptions(
  problems: ConfigProblems,
  options: RelayOptions,
  path: string | undefined,
): RelayPlan | undefined {
  const { timeout, heartbeat = '15s' } = options;
  const timeouts = readTimeouts(problems.at('timeout'), timeout);
  const every = heartbeat !== false && readDuration(problems.at('heartbeat'), heartbeat);
  const engine = readEngine(problems.at('engine'), options.engine);
  const query = readQuery(problems.at('query'), options.query);
  const followsRedirects = readRedirects(problems.at('redirects'), options.redirects);
  const place = readTarget(problems.at('target'), options.target, path);
  const network = readNetworkOptions(problems, options, place);
  if (engine === undefined || place === undefined || every === undefined) return undefined;
  return { ...place, network, engine, timeouts, heartbeat: every, query, followsRedirects };
}

/** What every relay of one gateway has in common. */
export function relaySettings(
  plan: RelayPlan,
): Pick<RelaySettings, 'timeouts' | 'heartbeat' | 'isInProcess' | 'pathAt'> {
  const { timeouts, heartbeat, handler } = plan;
  const pathAt = pathAtTargets(plan.targets, plan.query);
  return { timeouts, heartbeat, isInProcess: handler !== undefined, ...(pathAt && { pathAt }) };
}

/** The targets, each with its engine. */
export function targetsOf(plan: RelayPlan, kept: Kept): readonly [Target, ...Target[]] {
  const { handler, engine, host, timeouts, followsRedirects } = plan;
  const network = networkOf(plan.network, kept);
  const engineFor = (url: URL) => {
    const createEngine = handler === undefined ? ENGINES[engine].create : inProcessEngines(handler);
    const own = repeatStale(timed(hostOfItsOwn(createEngine(url, network), host), timeouts));
    return followsRedirects ? followRedirects(own, url, timeouts.response) : own;
  };
  const { connect, response, idle, stream } = timeouts;
  const ways = [handler, engine, network, host, followsRedirects, connect, response, idle, stream];
  const create = (target: TargetPlan, place: number) => {
    const { url, weight } = target;
    const site = siteOf(url, kept, handler, network.socketPath);
    const connections = () => ENGINES[engine].connections(url, network);
    const own = handler === undefined ? connections : undefined;
    const make = () => new Target(target, place, engineFor(url), site, own);
    return kept.of(['target', site, place, weight, ...ways], make);
  };
  const [first, ...others] = plan.targets;
  return [create(first, 0), ...others.map((other, i) => create(other, i + 1))];
}

/** The same network for the same options, so that its connections stay in use. */
function networkOf(network: Network, kept: Kept): Network {
  const { socketPath, tls, proxies } = network;
  const terms = [socketPath, tls?.fingerprint, JSON.stringify(proxies)];
  return kept.of(['network', ...terms], () => network);
}

const DEFAULT_ENGINE: EngineName = 'http-proxy-middleware';

function readEngine(
  problems: ConfigProblems,
  name: unknown = DEFAULT_ENGINE,
): EngineName | undefined {
  if (typeof name !== 'string' || !Object.hasOwn(ENGINES, name)) {
    problems.add(name, `one of ${Object.keys(ENGINES).join(', ')}`);
    return undefined;
  }
  const why = name === 'undici' ? whyUnfit() : undefined;
  if (why === undefined) return name as EngineName;
  const fix = `npm install undici@${UNDICI_RANGE}, or leave engine out`;
  problems.add(
    name,
    `an engine whose package is there: undici ${UNDICI_RANGE}, but ${why}: ${fix}`,
    'unavailable',
  );
  return undefined;
}
