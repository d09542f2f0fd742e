import type { ErrorReason } from '../../errors.ts';
import type { FailureOrigin, RequestRecord } from './observer.ts';

/**
 * Whose failure each row of the error table is. `client`: the client sent something that breaks the rules of
 * HTTP, JSON-RPC or MCP. `gateway`: a slot refused a well-formed request, or the gateway or something that it
 * depends on failed.
 */
const ORIGINS: Readonly<Record<ErrorReason, FailureOrigin>> = {
  parse_error: 'client',
  invalid_request: 'client',
  header_mismatch: 'client',
  repeated_header: 'client',
  unexpected_body: 'client',
  unauthorized: 'gateway',
  origin_not_allowed: 'gateway',
  host_not_allowed: 'gateway',
  ip_not_allowed: 'gateway',
  policy_denied: 'gateway',
  insufficient_scope: 'gateway',
  not_found: 'gateway',
  session_not_found: 'gateway',
  method_not_allowed: 'gateway',
  payload_too_large: 'gateway',
  unsupported_media_type: 'client',
  rate_limited: 'gateway',
  too_many_streams: 'gateway',
  head_too_large: 'gateway',
  loop_detected: 'gateway',
  body_consumed: 'gateway',
  internal_error: 'gateway',
  draining: 'gateway',
  overloaded: 'gateway',
  keys_unavailable: 'gateway',
  store_unavailable: 'gateway',
  upstream_unavailable: 'upstream',
  upstream_unauthorized: 'upstream',
  upstream_unreachable: 'upstream',
  upstream_invalid: 'upstream',
  upstream_timeout: 'upstream',
};

/** What decides whose failure a request was, besides its record. */
export type Ended = Pick<RequestRecord, 'method' | 'reason' | 'end' | 'status'> & {
  /** Whether its answer may stay open for ever, so that to leave it is no failure. */
  readonly mayStayOpen: boolean;
  /** Whether one of its messages was answered with an error. */
  readonly hasError: boolean;
};

/** Whose failure a request was; undefined where nothing has failed. */
export function originOf(ended: Ended): FailureOrigin | undefined {
  const { reason, end, status, mayStayOpen, hasError } = ended;
  if (isErrorReason(reason)) return ORIGINS[reason];
  // A gateway that closes ends streams as its operator wants it.
  if (isErrorReason(end) && end !== 'draining') return ORIGINS[end];
  if (end === 'client_stalled') return 'client';
  const isGood = status !== undefined && (status < 400 || saysNotOffered(ended));
  if (end === 'client_left' && !(isGood && mayStayOpen)) return 'client';
  if (isGood && !hasError) return undefined;
  return reason === 'relayed' ? 'upstream' : 'gateway';
}

/**
 * By 405 to GET a server says that it has no stream of its own to offer, by 405 to DELETE that it lets no client
 * end a session. Clients ask for both as a matter of course.
 *
 * @see MCP 2025-11-25, Transports, "Listening for Messages from the Server" and "Session Management"
 */
function saysNotOffered({ method, reason, status }: Ended): boolean {
  return reason === 'relayed' && status === 405 && (method === 'GET' || method === 'DELETE');
}

/** Whether it is a row of the error table. */
export function isErrorReason(reason: string | undefined): reason is ErrorReason {
  return reason !== undefined && Object.hasOwn(ORIGINS, reason);
}
