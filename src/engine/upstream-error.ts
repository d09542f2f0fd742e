import type { ErrorReason } from '../errors.ts';

type NodeError = Error & { readonly code?: unknown };

/** Which row of the error table an error of the upstream's side belongs to. */
export function reasonOf(error: NodeError): ErrorReason {
  if (typeof error.code !== 'string') return 'upstream_invalid';
  if (error.code.startsWith('HPE_')) return 'upstream_invalid';
  return error.code.startsWith('ERR_HTTP_') || error.code.startsWith('ERR_INVALID_')
    ? 'internal_error'
    : 'upstream_unreachable';
}

/** Whether the upstream closed or reset the connection. */
export function isConnectionLost({ code }: NodeError): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

/**
 * The error without the bytes that Node attaches where it cannot read them: loggers write all that an
 * error carries, and an upstream may have sent a secret of the gateway back.
 */
export function withoutBytes<E extends Error & { rawPacket?: unknown }>(error: E): E {
  delete error.rawPacket;
  return error;
}
