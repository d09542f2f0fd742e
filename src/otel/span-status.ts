import { type SpanStatus, SpanStatusCode } from '@opentelemetry/api';
import type { Verdict } from '../operations/verdict.ts';

/** The status of a span: it is an error exactly where the verdict has the type of an error. */
export function statusOf({ error, description }: Verdict): SpanStatus {
  if (error === undefined) return { code: SpanStatusCode.UNSET };
  return { code: SpanStatusCode.ERROR, ...(description !== undefined && { message: description }) };
}
