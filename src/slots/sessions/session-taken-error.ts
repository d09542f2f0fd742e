/** The upstream gave a user the session that is another user's. */
export class SessionTakenError extends Error {
  constructor() {
    super(
      'The upstream gave this user the session id of another user, whose session has not ended: it ' +
        'gives the same id to all, or it has begun to count its ids anew',
    );
    this.name = 'SessionTakenError';
  }
}
