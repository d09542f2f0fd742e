import type { EnteredSession, RequestContext } from '../../context.ts';
import { allOf, goOn, type NowOrLater } from '../../lib/now-or-later.ts';
import { type HeldSession, heldAs, heldTogether, homeOf } from './held-session.ts';
import { type OwnedSessions, sessionKey } from './owned-sessions.ts';
import type { SessionUser } from './session-use.ts';

/** The sessions that a described request names: they are looked up, and their time goes on. */
export class DescribedUse implements EnteredSession {
  readonly client = undefined;
  readonly #sessions: OwnedSessions;
  readonly #context: RequestContext;
  readonly #user: SessionUser;
  #held: readonly HeldSession[] = [];

  constructor(sessions: OwnedSessions, context: RequestContext, user: SessionUser) {
    this.#sessions = sessions;
    this.#context = context;
    this.#user = user;
  }

  get home(): string | undefined {
    return homeOf(this.#held);
  }

  /** Whether the user may enter them; yes where the store cannot say it without renewing them. */
  enter(sessionIds: readonly string[]): NowOrLater<boolean> {
    if (!this.#sessions.canPeek) {
      this.#context.observation?.unasked?.('the store of sessions has no `peek`');
      return true;
    }
    const { owner, endpoint } = this.#user;
    const keys = sessionIds.map((id) => sessionKey(endpoint, id));
    const named = keys.map((key) =>
      goOn(this.#sessions.peekHolderOf(key), (holder) => heldAs(owner, key, holder)),
    );
    return goOn(allOf(named), (found) => {
      const held = heldTogether(found);
      if (held === undefined) return false;
      this.#held = held;
      this.#context.session = this;
      return true;
    });
  }

  async forget(): Promise<void> {}
}
