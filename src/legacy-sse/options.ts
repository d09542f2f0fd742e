import type { IncomingMessage } from 'node:http';
import type { ConfigProblems } from '../options/config-problems.ts';
import { readPath } from '../options/path.ts';
import { checkNames, haveSameNames, namesIn } from '../targets/names.ts';
import { EndpointPaths, type EndpointUrls } from './endpoint-paths.ts';
import { besideEndpoint, LegacySseEndpoints } from './endpoints.ts';

/** The older transport, HTTP with SSE (MCP 2024-11-05), for clients and servers that know no other. */
export interface LegacySseOptions {
  /** The route of the event stream inside the router, such as `'/sse'`. Required. */
  readonly path: string;
  /** The route to which clients post their messages, such as `'/messages'`. Required. */
  readonly messagePath: string;
  /**
   * The upstream's event stream, at the origin of the gateway's `target`; with several targets a list, one
   * for each in their order. Default: as far from its `target` as `path` is from the gateway's `path`:
   * `/sse` beside `/mcp`.
   */
  readonly target?: string | URL | readonly (string | URL)[];
}

/** The option, read. */
export interface LegacySsePlan {
  readonly path: string;
  readonly messagePath: string;
  /** Where each target has its endpoints. */
  readonly places: readonly EndpointUrls[];
  /** Where clients post their messages, by `publicUrl`; undefined: where the router is mounted. */
  readonly publicPath: string | undefined;
}

/** Where the gateway's own endpoint is. Its path or its targets are undefined where the option was wrong. */
interface Places {
  readonly endpoint: string | undefined;
  readonly targets: readonly URL[] | undefined;
  readonly publicUrl: URL | undefined;
}

/** Reads the option; `places` are those of the Streamable HTTP endpoint. */
export function readLegacySse(
  problems: ConfigProblems,
  options: LegacySseOptions,
  { endpoint, targets, publicUrl }: Places,
): LegacySsePlan | undefined {
  if (
    !problems.keys(
      options,
      ['path', 'messagePath', 'target'],
      "{ path: '/sse', messagePath: '/messages' }",
    )
  )
    return undefined;
  const path = readPath(problems.at('path'), options.path);
  const messagePath = readPath(problems.at('messagePath'), options.messagePath);
  if (path !== undefined && (path === endpoint || path === messagePath)) {
    problems.at('path').add(path, 'a route of its own', 'conflict');
  }
  if (messagePath !== undefined && messagePath === endpoint) {
    problems.at('messagePath').add(messagePath, 'a route of its own', 'conflict');
  }
  if (targets === undefined) return undefined;
  const given = readStreamUrls(problems.at('target'), options.target, targets);
  if (path === undefined || messagePath === undefined || endpoint === undefined) return undefined;
  const isWrong = options.target !== undefined && given === undefined;
  const streams = given ?? targets.map((target) => besideEndpoint(target, endpoint, path));
  const [target] = targets;
  const names = target === undefined ? [] : namesIn(target);
  if (!isWrong && target && !streams.every((stream) => haveSameNames(stream, target))) {
    problems.at('target').addSecret(options.target, sameNames(names), 'conflict');
  }
  return {
    path,
    messagePath,
    places: streams.map((stream) => ({
      stream,
      messages: besideEndpoint(stream, path, messagePath),
    })),
    // One URL cannot say under which values a client reaches the endpoint; the mount of a request can.
    publicPath:
      publicUrl && names.length === 0 ? publicPathOf(publicUrl, endpoint, messagePath) : undefined,
  };
}

/**
 * Makes the endpoints, which relate the URLs that the upstream names to those that clients see.
 *
 * @param forward - The names in the query of a client that go upstream when it opens a stream.
 */
export function legacySseEndpoints(
  plan: LegacySsePlan,
  forward: readonly string[] | undefined,
): LegacySseEndpoints {
  const { places, messagePath, publicPath } = plan;
  const pathFor = (req: IncomingMessage) => publicPath ?? mountPath(req) + messagePath;
  const paths = places.map((urls) => new EndpointPaths(urls, forward));
  return new LegacySseEndpoints(paths, pathFor);
}

/** The URLs of the event streams; undefined where none is given, or one is wrong. */
function readStreamUrls(
  problems: ConfigProblems,
  value: unknown,
  targets: readonly URL[],
): readonly URL[] | undefined {
  if (value === undefined) return undefined;
  const [only] = targets;
  if (targets.length === 1 && only !== undefined && !Array.isArray(value)) {
    const url = readStreamUrl(problems, value, only);
    return url && [url];
  }
  if (!Array.isArray(value) || value.length !== targets.length) {
    problems.add(
      value,
      `a list of ${targets.length}, one for each target in their order`,
      'conflict',
    );
    return undefined;
  }
  const urls = targets.map((target, i) => readStreamUrl(problems.at(i), value[i], target));
  return urls.includes(undefined) ? undefined : (urls as URL[]);
}

function sameNames(names: readonly string[]): string {
  const expected = names.map((name) => `{${name}}`).join(', ') || 'none';
  return `the URL of the event stream with the names of the gateway's target: ${expected}`;
}

function readStreamUrl(problems: ConfigProblems, value: unknown, target: URL): URL | undefined {
  const isText = typeof value === 'string' || value instanceof URL;
  const url = isText && URL.canParse(String(value)) ? new URL(value) : undefined;
  if (isText && checkNames(problems, value, url)) return undefined;
  if (url?.origin === target.origin) return url;
  problems.addSecret(value, 'a URL at the origin of target');
  return undefined;
}

/** A router whose endpoint is '/' has its other routes below it; elsewhere they are beside it. */
function publicPathOf(publicUrl: URL, endpoint: string, route: string): string {
  const path = publicUrl.pathname.replace(/\/$/, '');
  if (endpoint === '/') return path + route;
  return besideEndpoint(new URL(path || '/', publicUrl), endpoint, route).pathname;
}

function mountPath(req: IncomingMessage & { baseUrl?: string }): string {
  return req.baseUrl ?? '';
}
