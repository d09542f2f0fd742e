import { plain } from '../lib/plain-error.ts';

/**
 * Why an exchange with the upstream has failed, where no error of Node says it. For the operator of the
 * gateway, never for the client.
 */
export class UpstreamError extends Error {
  /** The same in a few words, for records. It has nothing in it that differs from one request to the next. */
  readonly detail: string;

  constructor(message: string, detail: string) {
    super(message);
    this.detail = detail;
    plain(this, detail);
  }
}

/** The error for a switch of protocols, which no request of ours asks for. */
export function protocolSwitched(): UpstreamError {
  return new UpstreamError('The upstream switched protocols', 'protocol switched');
}

/** The codes of Node's errors. A longer code comes from other code. */
const CODE = /^[A-Z][A-Z\d_]{1,63}$/;

/**
 * In a few words why the upstream failed: the detail of an `UpstreamError`; of any other error the code, or the
 * message where it has no code.
 */
export function detailOf(cause: Error & { readonly code?: unknown }): string {
  if (cause instanceof UpstreamError) return cause.detail;
  const { code } = cause;
  return typeof code === 'string' && CODE.test(code) ? code : cause.message;
}
