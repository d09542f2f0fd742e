import { type SpanStatus, SpanStatusCode } from '@opentelemetry/api';
import type { Verdict } from '../operations/verdict.ts';

/** The status of a span: an error exactly where it has a type. */
export function statusOf({ error, description }: Verdict): SpanStatus {
  if (error === undefined) return { code: SpanStatusCode.UNSET };
  return { code: SpanStatusCode.ERROR, ...(description !== undefined && { message: description }) };
}
