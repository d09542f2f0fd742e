import type { IncomingMessage } from 'node:http';
import type { ConfigProblems } from '../options/config-problems.ts';
import { readPath } from '../options/path.ts';
import { besideEndpoint, LegacySseEndpoints } from './endpoints.ts';

/** The older transport, HTTP with SSE (MCP 2024-11-05), for clients and servers that know no other. */
export interface LegacySseOptions {
  /** The route of the event stream inside the router, such as `'/sse'`. Required. */
  readonly path: string;
  /** The route to which clients post their messages, such as `'/messages'`. Required. */
  readonly messagePath: string;
  /**
   * The upstream's event stream, at the origin of the gateway's `target`. Default: as far from that
   * `target` as `path` is from the gateway's `path`: `/sse` beside `/mcp`.
   */
  readonly target?: string | URL;
}

/** The option, read. */
export interface LegacySsePlan {
  readonly path: string;
  readonly messagePath: string;
  /** The upstream's event stream. */
  readonly streamUrl: URL;
  /** Where the upstream is expected to take messages. */
  readonly messageUrl: URL;
  /** Where clients post their messages, by `publicUrl`; undefined: where the router is mounted. */
  readonly publicPath: string | undefined;
}

/** Where the gateway's own endpoint is; what is undefined was wrong. */
interface Places {
  readonly endpoint: string | undefined;
  readonly target: URL | undefined;
  readonly publicUrl: URL | undefined;
}

/** Reads the option; `places` are those of the Streamable HTTP endpoint. */
export function readLegacySse(
  problems: ConfigProblems,
  options: LegacySseOptions,
  { endpoint, target, publicUrl }: Places,
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
  if (target === undefined) return undefined;
  const given = readStreamUrl(problems.at('target'), options.target, target);
  if (path === undefined || messagePath === undefined || endpoint === undefined) return undefined;
  const streamUrl = given ?? besideEndpoint(target, endpoint, path);
  return {
    path,
    messagePath,
    streamUrl,
    messageUrl: besideEndpoint(streamUrl, path, messagePath),
    publicPath: publicUrl && publicPathOf(publicUrl, endpoint, messagePath),
  };
}

/** What relates the URLs that the upstream names to those that clients see. */
export function legacySseEndpoints({
  streamUrl,
  messageUrl,
  messagePath,
  publicPath,
}: LegacySsePlan): LegacySseEndpoints {
  const pathFor = (req: IncomingMessage) => publicPath ?? mountPath(req) + messagePath;
  return new LegacySseEndpoints(streamUrl, messageUrl, pathFor);
}

function readStreamUrl(problems: ConfigProblems, value: unknown, target: URL): URL | undefined {
  if (value === undefined) return undefined;
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
