interface ErrorRow {
  readonly status: number;
  /** JSON-RPC code: the HTTP status, except where JSON-RPC or MCP defines one. */
  readonly code: number;
  readonly message: string;
}

const row = (status: number, message: string, code = status): ErrorRow => ({
  status,
  code,
  message,
});

const INVALID_REQUEST = -32600;

/**
 * The stable name of an answer from the error table. `docs/reference/errors.md`, which is in the package, has a section
 * for each: what it means, and what to do.
 */
export type ErrorReason =
  | 'parse_error'
  | 'invalid_request'
  | 'header_mismatch'
  | 'repeated_header'
  | 'unexpected_body'
  | 'unauthorized'
  | 'origin_not_allowed'
  | 'host_not_allowed'
  | 'ip_not_allowed'
  | 'policy_denied'
  | 'insufficient_scope'
  | 'not_found'
  | 'session_not_found'
  | 'method_not_allowed'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'too_many_streams'
  | 'head_too_large'
  | 'loop_detected'
  | 'body_consumed'
  | 'internal_error'
  | 'draining'
  | 'overloaded'
  | 'keys_unavailable'
  | 'store_unavailable'
  | 'upstream_unavailable'
  | 'upstream_unauthorized'
  | 'upstream_unreachable'
  | 'upstream_invalid'
  | 'upstream_timeout';

/**
 * Every answer that the gateway gives on its own account. Reasons are stable; clients and dashboards
 * may depend on them. Messages say what to do and nothing about the upstream.
 */
export const ERRORS: Readonly<Record<ErrorReason, ErrorRow>> = {
  parse_error: row(400, 'The body is not one JSON document in UTF-8', -32700),
  invalid_request: row(400, 'The request is not framed as HTTP requires', INVALID_REQUEST),
  header_mismatch: row(400, 'A header does not say what the message says', -32020),
  repeated_header: row(400, 'A header that may occur once was repeated', INVALID_REQUEST),
  unexpected_body: row(400, 'This method takes no body', INVALID_REQUEST),
  unauthorized: row(401, 'Valid credentials are needed here'),
  origin_not_allowed: row(403, 'This origin may not use the endpoint'),
  host_not_allowed: row(403, 'This host name is not served here'),
  ip_not_allowed: row(403, 'This address may not use the endpoint'),
  policy_denied: row(403, 'A policy of the gateway does not allow this; do not send it again'),
  insufficient_scope: row(403, 'These credentials lack a scope that this needs'),
  not_found: row(404, 'There is no MCP endpoint at this URL'),
  session_not_found: row(404, 'There is no such session; begin one without Mcp-Session-Id'),
  method_not_allowed: row(405, 'The method is not allowed here'),
  payload_too_large: row(413, 'The message is larger than allowed'),
  unsupported_media_type: row(415, 'Send application/json in UTF-8, without a content coding'),
  rate_limited: row(429, 'Too many requests; wait before you send the next'),
  too_many_streams: row(429, 'Too many event streams are open; close one before you open the next'),
  head_too_large: row(431, 'The request has too many headers'),
  loop_detected: row(508, 'The request has come back to the gateway that sent it on'),
  body_consumed: row(
    500,
    'The request body was read before it reached the gateway: mount the gateway before the body parser, or keep the bytes in req.rawBody',
  ),
  internal_error: row(500, 'The gateway failed to handle the request'),
  draining: row(503, 'The gateway is shutting down; try again'),
  overloaded: row(503, 'Too much is under way at the moment; try again'),
  keys_unavailable: row(503, 'Credentials cannot be checked at the moment; try again'),
  store_unavailable: row(503, 'A store of the gateway does not answer; try again'),
  upstream_unavailable: row(503, 'The gateway cannot use the MCP server at the moment; try again'),
  upstream_unauthorized: row(502, 'The MCP server does not take the credentials of the gateway'),
  upstream_unreachable: row(502, 'The MCP server could not be reached'),
  upstream_invalid: row(502, 'The MCP server gave an answer that cannot be relayed'),
  upstream_timeout: row(504, 'The MCP server did not answer in time'),
};

/** What an error may say in place of its row. */
export interface OwnError {
  readonly code?: number;
  readonly message?: string | undefined;
  /** Whether it has no `data` with the reason, because it looks like an error of the server. */
  readonly hasNoReason?: boolean;
}

/**
 * An error as a JSON-RPC message. `id` is source text, as it was written: a number may be larger than any
 * that JSON.parse can hold. `undefined` leaves the id out.
 */
export function errorText(
  reason: ErrorReason,
  id: string | null | undefined,
  own: OwnError = {},
): string {
  const { code, message } = ERRORS[reason];
  const error = {
    code: own.code ?? code,
    message: own.message ?? message,
    ...(own.hasNoReason !== true && { data: { reason } }),
  };
  const idMember = id === undefined ? '' : `"id":${id},`;
  return `{"jsonrpc":"2.0",${idMember}"error":${JSON.stringify(error)}}`;
}

/**
 * A failure that the gateway answered for, as `onError` sees it. `cause` is the underlying error
 * where there is one; it never reaches the client.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  /** The row of the error table. */
  readonly reason: ErrorReason;
  /** The HTTP status of that row. */
  readonly status: number;

  constructor(reason: ErrorReason, cause?: unknown) {
    super(ERRORS[reason].message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.status = ERRORS[reason].status;
  }
}

/**
 * Thrown by a function of `headers.set` that has no value at the moment: the request is answered with
 * 503 `upstream_unavailable`, where any other error is a 500.
 */
export class UpstreamUnavailableError extends Error {
  override readonly name = 'UpstreamUnavailableError';
  /** After how many milliseconds another try makes sense. */
  readonly retryAfterMs: number;

  constructor(
    message: string,
    { retryAfterMs = 0, cause }: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.retryAfterMs = retryAfterMs;
  }
}
