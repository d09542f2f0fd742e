import { ERRORS, type ErrorReason } from '../errors.ts';
import type { ObservedMessage, RequestRecord } from '../slots/observe/observer.ts';
import { OTHER } from './known-methods.ts';

/** The outcome of a message, as a span and a metric have it. */
export interface Verdict {
  /** The `error.type`; undefined where it is no error. */
  readonly error: string | undefined;
  /** The code of the JSON-RPC error that was the answer. */
  readonly code: number | undefined;
  /** Says more of the error. Only the gateway's own words: those of a server may hold data. */
  readonly description?: string | undefined;
}

/** The parts of a record that decide. */
export type Outcome = Pick<RequestRecord, 'reason' | 'status' | 'end'>;

/** Codes by which a server says that it was the caller's mistake. */
const CALLER: ReadonlySet<number> = new Set([-32700, -32600, -32601, -32602, -32002]);

/** What the client did, or the operator wanted, which is no error of the server's. */
const NO_ERRORS: ReadonlySet<string> = new Set([
  'client_left',
  'client_stalled',
  'token_expired',
  'updated',
]);

/**
 * The outcome of a message as its sender sees it. A mistake of the caller is no error of a server, and
 * neither is a client that leaves.
 */
export function serverVerdict(outcome: Outcome, message: ObservedMessage | undefined): Verdict {
  const refused = refusalIn(outcome);
  if (refused !== undefined) {
    const row = ERRORS[refused];
    const code = message?.errorCode ?? row.code;
    if (isByCaller(code)) return { error: undefined, code };
    return { error: refused, code, description: row.message };
  }
  const answered = answerVerdict(message);
  if (answered !== undefined) {
    return isByCaller(answered.code) ? { ...answered, error: undefined } : answered;
  }
  const { end, status = 0 } = outcome;
  if (isEarly(end)) return { error: NO_ERRORS.has(end) ? undefined : end, code: undefined };
  return { error: status >= 500 ? String(status) : undefined, code: undefined };
}

/** The outcome of a message that was sent on, as the gateway sees it: each failure is an error. */
export function clientVerdict(outcome: Outcome, message: ObservedMessage | undefined): Verdict {
  const refused = refusalIn(outcome);
  // What the client was told then is not what the upstream has said.
  if (refused !== undefined) return { error: refused, code: undefined };
  const answered = answerVerdict(message);
  if (answered !== undefined) return answered;
  const { end, status = 0 } = outcome;
  if (isEarly(end)) return { error: end, code: undefined };
  return { error: status >= 400 ? String(status) : undefined, code: undefined };
}

function answerVerdict(message: ObservedMessage | undefined): Verdict | undefined {
  switch (message?.outcome) {
    case 'result':
      return { error: undefined, code: undefined };
    case 'tool_error':
      return { error: 'tool_error', code: undefined };
    case 'rpc_error':
      return { error: String(message.errorCode ?? OTHER), code: message.errorCode };
    default:
      return undefined;
  }
}

function isByCaller(code: number | undefined): boolean {
  return code !== undefined && CALLER.has(code);
}

function refusalIn({ reason }: Outcome): ErrorReason | undefined {
  const isRefusal = reason !== undefined && Object.hasOwn(ERRORS, reason);
  return isRefusal ? (reason as ErrorReason) : undefined;
}

function isEarly(end: Outcome['end'] | undefined): end is Exclude<Outcome['end'], 'complete'> {
  return end !== undefined && end !== 'complete';
}
