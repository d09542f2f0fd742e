import { plain } from '../../../lib/plain-error.ts';

/**
 * Why an authorization server did not say whether a token is good. The message is our own: errors of the libraries
 * carry what was sent and what came back, and with it secrets.
 */
export class IntrospectionFailure extends Error {
  override readonly name = 'IntrospectionFailure';
  /** Whether nobody would get an answer at the moment, whatever token it is. */
  readonly isForAll: boolean;

  constructor(message: string, { isForAll }: { readonly isForAll: boolean }) {
    super(message);
    this.isForAll = isForAll;
    plain(this);
  }
}
