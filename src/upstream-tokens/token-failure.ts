import { plain } from '../lib/plain-error.ts';

/**
 * Why there is no token. The message is the gateway's own: errors of the libraries carry what was sent and
 * what came back, and with it secrets.
 */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure';
  /** Whether no caller would get a token at the moment. */
  readonly isForAll: boolean;

  constructor(message: string, { isForAll }: { readonly isForAll: boolean }) {
    super(message);
    this.isForAll = isForAll;
    plain(this);
  }
}
