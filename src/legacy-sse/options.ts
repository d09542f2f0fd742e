import type { IncomingMessage } from 'node:http';
import type { ConfigProblems } from '../options/config-problems.ts';
import { readPath } from '../options/path.ts';
import { besideEndpoint, type EndpointUrls, LegacySseEndpoints } from './endpoints.ts';

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

/** Where the gateway's own endpoint is; what is undefined was wrong. */
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
  if (!problems.keys(options, ['path', 'messagePath', 'target'])) return undefined;
  const path = readPath(problems.at('path'), options.path);
  const messagePath = readPath(problems.at('messagePath'), options.messagePath);
  if (path !== undefined && (path === endpoint || path === messagePath)) {
    problems.at('path').add(path, 'a route of its own');
  }
  if (messagePath !== undefined && messagePath === endpoint) {
    problems.at('messagePath').add(messagePath, 'a route of its own');
  }
  if (targets === undefined) return undefined;
  const given = readStreamUrls(problems.at('target'), options.target, targets);
  if (path === undefined || messagePath === undefined || endpoint === undefined) return undefined;
  const streams = given ?? targets.map((target) => besideEndpoint(target, endpoint, path));
  return {
    path,
    messagePath,
    places: streams.map((stream) => ({
      stream,
      messages: besideEndpoint(stream, path, messagePath),
    })),
    publicPath: publicUrl && publicPathOf(publicUrl, endpoint, messagePath),
  };
}

/** What relates the URLs that the upstream names to those that clients see. */
export function legacySseEndpoints(plan: LegacySsePlan): LegacySseEndpoints {
  const { places, messagePath, publicPath } = plan;
  const pathFor = (req: IncomingMessage) => publicPath ?? mountPath(req) + messagePath;
  return new LegacySseEndpoints(places, pathFor);
}

/** Undefined: they are where they are expected. */
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
    problems.add(value, `a list of ${targets.length}, one for each target in their order`);
    return undefined;
  }
  const urls = targets.map((target, i) => readStreamUrl(problems.at(i), value[i], target));
  return urls.includes(undefined) ? undefined : (urls as URL[]);
}

function readStreamUrl(problems: ConfigProblems, value: unknown, target: URL): URL | undefined {
  const isText = typeof value === 'string' || value instanceof URL;
  const url = isText && URL.canParse(String(value)) ? new URL(value) : undefined;
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
