import { plain } from '../../../lib/plain-error.ts';

/**
 * What a failure is about. `token`: this one token, which the server cannot judge; `server`: the server, for
 * any token; `either`: that cannot be told.
 */
export type FailureSubject = 'token' | 'server' | 'either';

/**
 * Why an authorization server did not say whether a token is good. The message is our own: errors of the libraries
 * carry what was sent and what came back, and with it secrets.
 */
export class IntrospectionFailure extends Error {
  override readonly name = 'IntrospectionFailure';
  readonly about: FailureSubject;

  constructor(message: string, about: FailureSubject) {
    super(message);
    this.about = about;
    plain(this);
  }
}
