import { isNativeError } from 'node:util/types';
import { HandlerError } from '../../engine/in-process.ts';
import { detailOf } from '../../engine/upstream-error.ts';
import type { ErrorReason } from '../../errors.ts';
import { FunctionFailure } from '../../lib/function-failure.ts';

/** What operators are told of a request that has failed. */
export interface ToldFailure {
  /** For `onError`. */
  readonly cause: unknown;
  /** For observers: of a failure of the upstream only; of what fails here, `onError` alone is told. */
  readonly detail: string | undefined;
}

export function toldFailure(reason: ErrorReason, cause: unknown): ToldFailure {
  const isOfUpstream = reason.startsWith('upstream_') && isNativeError(cause);
  const isOfHandler = cause instanceof HandlerError;
  return {
    cause: isOfHandler ? new FunctionFailure('target', cause, cause.cause) : cause,
    detail: isOfUpstream ? detailOf(cause) : undefined,
  };
}
