import { plain } from '../lib/plain-error.ts';

/**
 * Why there is no token. The message is our own: errors of the libraries carry what was sent and what
 * came back, and with it secrets.
 */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure';
  /** Whether nobody would get one at the moment, whoever asks. */
  readonly isForAll: boolean;

  constructor(message: string, { isForAll }: { readonly isForAll: boolean }) {
    super(message);
    this.isForAll = isForAll;
    plain(this);
  }
}
