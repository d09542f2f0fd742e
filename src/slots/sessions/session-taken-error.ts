import { plain } from '../../lib/plain-error.ts';

/** The upstream gave a user the session that is another user's, or that lives at another target. */
export class SessionTakenError extends Error {
  constructor() {
    super(
      'The upstream gave this user the session id of another user, or of a session at another target, that ' +
        'has not ended: it gives the same id to all, it has begun to count its ids anew, or several targets count',
    );
    this.name = 'SessionTakenError';
    plain(this);
  }
}
