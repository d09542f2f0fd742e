import type { Engine } from '../engine/engine.ts';
import { httpProxyMiddlewareEngine } from '../engine/http-proxy-middleware.ts';
import { inProcessEngines, type UpstreamHandler } from '../engine/in-process.ts';
import { repeatStale } from '../engine/repeat-stale.ts';
import { timed } from '../engine/timed.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import { type Duration, readDuration } from '../options/duration.ts';
import type { RelaySettings } from './relay-settings.ts';
import { readTimeouts, type TimeoutOptions } from './timeouts.ts';

/** Where requests go, and how. */
export interface RelayOptions {
  /**
   * The upstream MCP endpoint: a URL, whose path and query are fixed, so that nothing a client sends
   * changes them; or a handler in this process (an Express app, a plain `(req, res)`), which
   * is called at `http://localhost` and the gateway's path. Required.
   */
  readonly target: string | URL | UpstreamHandler;
  /** The four timers; an object changes those it names, `false` switches all off. */
  readonly timeout?: TimeoutOptions | false;
  /**
   * How long an event stream may be silent before its client gets a comment, so that nothing on the
   * way takes it for dead. Only between events. Default: `'15s'`.
   */
  readonly heartbeat?: Duration | false;
  /** What carries the request upstream. Default: `'http-proxy-middleware'`. */
  readonly engine?: EngineName;
}

/** The engines there are. */
export type EngineName = 'http-proxy-middleware';

const ENGINES: Readonly<Record<EngineName, (target: URL) => Engine>> = {
  'http-proxy-middleware': httpProxyMiddlewareEngine,
};

/** The keys of {@link RelayOptions}. */
export const RELAY_OPTIONS = ['target', 'timeout', 'heartbeat', 'engine'] as const;

/** What the options of the relay come to. */
export interface RelaySetup {
  /** Where requests go; for a handler in this process, where it is called. */
  readonly target: URL;
  /** What every relay to that host has in common. */
  readonly settings: Pick<RelaySettings, 'timeouts' | 'heartbeat' | 'isInProcess'>;
  /** What carries requests to a URL of that host. */
  engineFor(url: URL): Engine;
}

/** Reads the options of the relay; `path` is where a handler in this process is called. */
export function readRelayOptions(
  problems: ConfigProblems,
  options: RelayOptions,
  path: string,
): RelaySetup {
  const timeouts = readTimeouts(problems, 'timeout', options.timeout);
  const { heartbeat = '15s' } = options;
  const every = heartbeat === false ? false : readDuration(problems, 'heartbeat', heartbeat);
  const isHandler = typeof options.target === 'function';
  const named = readEngine(problems, options.engine);
  if (isRouter(options.target)) {
    problems.add('target', options.target, 'an app around this router: express().use(router)');
  }
  const createEngine = isHandler ? inProcessEngines(options.target as UpstreamHandler) : named;
  return {
    target: isHandler ? new URL(path, 'http://localhost') : readTarget(problems, options.target),
    settings: { timeouts, heartbeat: every, isInProcess: isHandler },
    engineFor: (url) => repeatStale(timed(createEngine(url), timeouts)),
  };
}

const DEFAULT_ENGINE: EngineName = 'http-proxy-middleware';

function readEngine(problems: ConfigProblems, name: unknown = DEFAULT_ENGINE) {
  if (typeof name === 'string' && Object.hasOwn(ENGINES, name)) return ENGINES[name as EngineName];
  problems.add('engine', name, `one of ${Object.keys(ENGINES).join(', ')}`);
  return ENGINES[DEFAULT_ENGINE];
}

function readTarget(problems: ConfigProblems, value: unknown): URL {
  const isText = typeof value === 'string' || value instanceof URL;
  const url = isText && URL.canParse(String(value)) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    problems.addSecret(
      'target',
      value,
      "the upstream's URL, like 'https://mcp.example/mcp', or a request handler",
    );
    return new URL('http://invalid');
  }
  if (url.username !== '' || url.password !== '') {
    problems.addSecret('target', value, 'no credentials in the URL; use headers.set.Authorization');
  }
  if (url.hash !== '') problems.add('target', url.hash, 'no fragment: it would not be sent');
  return url;
}

/** It would find nothing on requests and answers of what its handlers expect there. */
function isRouter(target: unknown): boolean {
  const { handle, listen } = (target ?? {}) as { handle?: unknown; listen?: unknown };
  return typeof target === 'function' && typeof handle === 'function' && listen === undefined;
}
