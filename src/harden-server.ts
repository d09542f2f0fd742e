import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import { type ConfigProblems, checkConfig } from './options/config-problems.ts';
import { type Duration, readDuration } from './options/duration.ts';

/** The limits of a server that a middleware cannot set. */
export interface HardenServerOptions {
  /** How long a client may take to send the head of a request. Default: `'15s'`. */
  readonly headersTimeout?: Duration;
  /** How long a client may take to send a whole request; this limits uploads as well. Default: `'2m'`. */
  readonly requestTimeout?: Duration;
  /** How long an idle connection is kept; longer than the load balancer keeps it. Default: `'65s'`. */
  readonly keepAliveTimeout?: Duration;
}

/** The value of a limit that is not given. */
const DEFAULTS = { headersTimeout: '15s', requestTimeout: '2m', keepAliveTimeout: '65s' } as const;

type LimitName = keyof HardenServerOptions;

/** The names of the limits. */
export const LIMIT_NAMES: readonly LimitName[] = Object.keys(DEFAULTS) as LimitName[];

/** The limits of a server, in milliseconds. */
export type ServerLimits = readonly (readonly [name: LimitName, ms: number])[];

/** How often Node looks for clients that are too slow; its own default of 30 s doubles the limits. */
const LONGEST_CHECK_MS = 5000;

/**
 * Sets what protects a server from slow and idle clients. It leaves `maxHeadersCount` alone: Node
 * drops the header lines above it without a word, so that a lower one makes heads ambiguous.
 *
 * Call it before the server is listening, or in the same turn as `listen()`: Node looks for slow
 * clients every 5 s then, otherwise every 30 s. For an Express app, `createServer` makes such a server.
 *
 * @param server - The server that the app listens on.
 * @param options - See {@link HardenServerOptions}.
 * @returns The same server.
 * @throws {GatewayConfigError} for anything that is not a duration.
 *
 * @example From `examples/middlewares.ts`:
 * ```ts
 * const server = hardenServer(createServer(app), { headersTimeout: '10s' });
 * ```
 */
export function hardenServer<T extends Server | TlsServer>(
  server: T,
  options: HardenServerOptions = {},
): T {
  const limits = checkConfig('hardenServer', (problems) => {
    if (!problems.keys(options, LIMIT_NAMES, "{ headersTimeout: '10s' }")) return undefined;
    // An app has `listen` as well.
    if (typeof server?.listen !== 'function' || !('headersTimeout' in server)) {
      problems.at('server').add(server, 'an HTTP server, which app.listen() returns', 'wrong_type');
    }
    return readLimits(problems, options);
  });
  return withLimits(server, limits);
}

/** Reads the limits, of which each has a default. */
export function readLimits(problems: ConfigProblems, options: HardenServerOptions): ServerLimits {
  return LIMIT_NAMES.flatMap((name) => {
    const ms = readDuration(problems.at(name), options[name] ?? DEFAULTS[name]);
    return ms === undefined ? [] : [[name, ms] as const];
  });
}

/** Sets the limits of a server. */
export function withLimits<T extends Server | TlsServer>(server: T, limits: ServerLimits): T {
  for (const [name, ms] of limits) server[name] = ms;
  const shortest = Math.min(...limits.map(([, ms]) => ms), LONGEST_CHECK_MS);
  return Object.assign(server, { connectionsCheckingInterval: shortest });
}
