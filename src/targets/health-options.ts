import type { ConfigProblems } from '../options/config-problems.ts';
import { type Duration, readDuration } from '../options/duration.ts';

/** How the gateway checks whether each host of the target is well. */
export interface HealthOptions {
  /**
   * The path, and query, of a GET to the host; a 2xx says that it is well. Not the MCP endpoint, where a GET
   * opens a stream. Required.
   */
  readonly path: string;
  /** How often. Default: `'10s'`. */
  readonly every?: Duration;
  /** How long the whole answer may take. Default: `'2s'`. */
  readonly timeout?: Duration;
}

/** The option, read. */
export interface HealthSettings {
  readonly path: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
}

const KEYS = ['path', 'every', 'timeout'] as const;

/** Reads the option; undefined where it is wrong, or off. */
export function readHealth(
  problems: ConfigProblems,
  options: HealthOptions | false | undefined,
): HealthSettings | undefined {
  if (
    options === undefined ||
    options === false ||
    !problems.keys(options, KEYS, "{ path: '/healthz' }")
  )
    return undefined;
  const { every = '10s', timeout = '2s' } = options as Partial<HealthOptions>;
  const path = readHealthPath(problems.at('path'), options.path);
  const everyMs = readDuration(problems.at('every'), every);
  const timeoutMs = readDuration(problems.at('timeout'), timeout);
  if (path === undefined || everyMs === undefined || timeoutMs === undefined) return undefined;
  return { path, everyMs, timeoutMs };
}

/** As it is sent: what a URL would encode, such as a blank, has to stand there encoded. */
function readHealthPath(problems: ConfigProblems, path: unknown): string | undefined {
  const isPath = typeof path === 'string' && /^\/(?!\/)[!-~]*$/.test(path) && !path.includes('#');
  if (isPath) return path;
  problems.addSecret(path, "a path on the host of the target, like '/healthz'");
  return undefined;
}
