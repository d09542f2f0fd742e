import type { IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import { EndpointEvent } from './endpoint-event.ts';

/**
 * The endpoints of the older transport, HTTP with SSE (MCP 2024-11-05): a stream, and a second one
 * for the client's messages, whose URL the server names at the beginning of each stream. Until it
 * has named one here, that is `messageUrl`.
 */
export class LegacySseEndpoints {
  readonly #streamUrl: URL;
  readonly #publicPath: (req: IncomingMessage) => string;
  #messagePath: string;

  /** `publicPath` gives the path under which the client of a request posts its messages. */
  constructor(streamUrl: URL, messageUrl: URL, publicPath: (req: IncomingMessage) => string) {
    this.#streamUrl = streamUrl;
    this.#messagePath = messageUrl.pathname;
    this.#publicPath = publicPath;
  }

  /** For the relay of event streams. */
  readonly openingOf = (req: IncomingMessage): EndpointEvent =>
    new EndpointEvent((announced) => this.#publicUrl(req, announced));

  /** For the relay of messages: the session is in the query, which is therefore the client's. */
  readonly pathOf = (req: IncomingMessage): string | undefined => {
    const query = queryOf(req.url ?? '');
    return /^[!-~]*$/.test(query) ? this.#messagePath + query : undefined;
  };

  #publicUrl(req: IncomingMessage, announced: string): string | undefined {
    if (!URL.canParse(announced, this.#streamUrl.href)) return undefined;
    const url = new URL(announced, this.#streamUrl);
    // As official clients do: an upstream cannot send messages, and the credentials among them, away.
    if (url.origin !== this.#streamUrl.origin) return undefined;
    this.#messagePath = url.pathname;
    return this.#publicPath(req) + queryOf(announced);
  }
}

/** From the question mark on, as it is written. */
function queryOf(url: string): string {
  return /\?[^#]*/.exec(url)?.[0] ?? '';
}

/**
 * Where a route is at a host that has the endpoint at `url`: as far from there as `route` is from
 * `endpoint` here, `/sse` from `/mcp`.
 */
export function besideEndpoint(url: URL, endpoint: string, route: string): URL {
  return new URL(posix.relative(posix.dirname(endpoint), route), url);
}
