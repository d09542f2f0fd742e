import type { ErrorReason } from '../errors.ts';

/**
 * The kind of a failure, as far as the gateway tells failures apart. `lost`: the upstream closed the
 * connection or reset it. `internal`: the request cannot be sent as it is.
 */
export type FailureKind = 'unreachable' | 'lost' | 'invalid' | 'internal' | 'timeout';

/** Why an exchange with the upstream has failed. */
export interface UpstreamFailure {
  readonly kind: FailureKind;
  /** Whether the upstream had sent anything in answer. */
  readonly hasBegun: boolean;
  /** For the operator of the gateway. */
  readonly cause: Error;
}

/** Which row of the error table a failure belongs to, as long as there is no answer. */
export const REASON_OF: Readonly<Record<FailureKind, ErrorReason>> = {
  unreachable: 'upstream_unreachable',
  lost: 'upstream_unreachable',
  invalid: 'upstream_invalid',
  internal: 'internal_error',
  timeout: 'upstream_timeout',
};

/** The failure that an error of Node's client stands for. */
export function failureOf(error: Error, hasBegun: boolean): UpstreamFailure {
  return { kind: kindOf(error), hasBegun, cause: withoutBytes(error) };
}

function kindOf({ code }: Error & { readonly code?: unknown }): FailureKind {
  if (typeof code !== 'string' || code.startsWith('HPE_')) return 'invalid';
  if (code === 'ECONNRESET' || code === 'EPIPE') return 'lost';
  const isOurs = code.startsWith('ERR_HTTP_') || code.startsWith('ERR_INVALID_');
  return isOurs ? 'internal' : 'unreachable';
}

/**
 * The error without the bytes that Node attaches where it cannot read them: loggers write all that an
 * error carries, and an upstream may have sent a secret of the gateway back.
 */
function withoutBytes(error: Error & { rawPacket?: unknown }): Error {
  delete error.rawPacket;
  return error;
}
