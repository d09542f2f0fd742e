import type { IncomingMessage } from 'node:http';
import type { ConfigProblems } from '../options/config-problems.ts';
import { NO_PATH, readPath } from '../options/path.ts';
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

/** What the option comes to. */
export interface LegacySse extends Pick<LegacySseOptions, 'path' | 'messagePath'> {
  readonly streamUrl: URL;
  readonly endpoints: LegacySseEndpoints;
}

/** Where the gateway's own endpoint is. */
interface Places {
  readonly endpoint: string;
  readonly target: URL;
  readonly publicUrl: URL | undefined;
}

/** Reads the option; `places` are those of the Streamable HTTP endpoint. */
export function readLegacySse(
  problems: ConfigProblems,
  options: LegacySseOptions,
  { endpoint, target, publicUrl }: Places,
): LegacySse {
  const isGiven = problems.keys('legacySse', options, ['path', 'messagePath', 'target']);
  const given: LegacySseOptions = isGiven ? options : { path: '/sse', messagePath: '/messages' };
  const path = readPath(problems, 'legacySse.path', given.path);
  const messagePath = readPath(problems, 'legacySse.messagePath', given.messagePath);
  if (path === endpoint || (path === messagePath && path !== NO_PATH)) {
    problems.add('legacySse.path', path, 'a route of its own');
  }
  if (messagePath === endpoint) {
    problems.add('legacySse.messagePath', messagePath, 'a route of its own');
  }
  const streamUrl =
    readStreamUrl(problems, given.target, target) ?? besideEndpoint(target, endpoint, path);
  const messageUrl = besideEndpoint(streamUrl, path, messagePath);
  const publicPath = publicUrl && publicPathOf(publicUrl, endpoint, messagePath);
  const endpoints = new LegacySseEndpoints(
    streamUrl,
    messageUrl,
    (req) => publicPath ?? mountPath(req) + messagePath,
  );
  return { path, messagePath, streamUrl, endpoints };
}

function readStreamUrl(problems: ConfigProblems, value: unknown, target: URL): URL | undefined {
  if (value === undefined) return undefined;
  const isText = typeof value === 'string' || value instanceof URL;
  const url = isText && URL.canParse(String(value)) ? new URL(value) : undefined;
  if (url?.origin === target.origin) return url;
  problems.addSecret('legacySse.target', value, 'a URL at the origin of target');
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
