import { plain } from '../lib/plain-error.ts';

/**
 * Why an exchange with the upstream has failed, as far as no error of Node says it. For whoever operates
 * the gateway, never for the client.
 */
export class UpstreamError extends Error {
  /** The same in a few words, for records: what does not differ from one request to the next. */
  readonly detail: string;

  constructor(message: string, detail: string) {
    super(message);
    this.detail = detail;
    plain(this, detail);
  }
}

/** A request of ours asks for no other protocol. */
export function protocolSwitched(): UpstreamError {
  return new UpstreamError('The upstream switched protocols', 'protocol switched');
}

/** What Node's errors have as their code. Longer ones are somebody else's. */
const CODE = /^[A-Z][A-Z\d_]{1,63}$/;

/** In a few words why the upstream failed: the code of an error, or what there is in place of one. */
export function detailOf(cause: Error & { readonly code?: unknown }): string {
  if (cause instanceof UpstreamError) return cause.detail;
  const { code } = cause;
  return typeof code === 'string' && CODE.test(code) ? code : cause.message;
}
