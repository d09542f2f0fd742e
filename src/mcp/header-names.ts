/** The prefix that every MCP header field has in lower case, `Mcp-Param-*` and future ones included. */
export const MCP_PREFIX = 'mcp-';

/**
 * Request headers that reach the upstream without being named in the config, besides `Mcp-*`: what Streamable
 * HTTP needs (content negotiation, resumption), W3C trace context, and `Via`, which names the proxies on the
 * way.
 */
export const FORWARDED_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'baggage',
  'content-encoding',
  'content-type',
  'last-event-id',
  'traceparent',
  'tracestate',
  'user-agent',
  'via',
]);

const SINGLETONS = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'last-event-id',
  'origin',
]);

/**
 * Whether a request may carry this header field only once. Decisions rest on these fields, and two readers of
 * a repeated field can each take a different value (CVE-2026-26308). Takes a lower-case name.
 */
export function isSingleton(name: string): boolean {
  return SINGLETONS.has(name) || name.startsWith(MCP_PREFIX);
}

/** Request headers a browser client may send across origins, besides `Mcp-*`. */
export const BROWSER_REQUEST_HEADERS: readonly string[] = [
  'Accept',
  'Authorization',
  'Baggage',
  'Content-Type',
  'Last-Event-ID',
  'MCP-Protocol-Version',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Session-Id',
  'Traceparent',
  'Tracestate',
];

/** Response headers that a browser client has to be able to read. */
export const BROWSER_RESPONSE_HEADERS: readonly string[] = [
  'MCP-Protocol-Version',
  'Mcp-Session-Id',
  'RateLimit',
  'RateLimit-Limit',
  'RateLimit-Policy',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'WWW-Authenticate',
];
