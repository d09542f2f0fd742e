import type { IncomingMessage } from 'node:http';
import { answerError } from '../answer.ts';
import { keyOf } from '../auth/principal.ts';
import {
  type AnswerJudgement,
  contextOf,
  type RequestContext,
  type SessionKeeper,
} from '../context.ts';
import type { Middleware } from '../http/middleware.ts';
import type { OwnedSessions } from '../sessions/owned-sessions.ts';

/**
 * Lets a request into a session only for the principal to whom the upstream gave it: for anybody else
 * it does not exist. Sessions are learned from the answers that bring one, and forgotten when they end.
 *
 * @see MCP security best practices, "Session Hijacking"
 */
export function ownSessions(sessions: OwnedSessions): Middleware {
  const keeper = new Keeper(sessions);
  return function ownSessionsMiddleware(req, res, next) {
    const context = contextOf(req);
    // The slot in front has seen to it that there is one.
    if (context.principal === undefined) {
      answerError(req, res, 'unauthorized');
      return;
    }
    context.sessionKeeper = keeper;
    const named = sessionsNamedBy(context);
    if (named.length === 0) {
      next();
      return;
    }
    const owner = keyOf(context.principal);
    Promise.all(named.map((session) => sessions.belongsTo(session, owner)))
      .then((areOwn) => {
        if (areOwn.every(Boolean)) next();
        else answerError(req, res, 'session_not_found');
      })
      .catch((cause) => answerError(req, res, 'store_unavailable', { cause }));
  };
}

/** In the older transport one is in the query; a header goes upstream as well. */
function sessionsNamedBy({ sessionId, req }: RequestContext): string[] {
  const inHeader = headerOf(req);
  const named = sessionId === inHeader ? [sessionId] : [sessionId, inHeader];
  return named.filter((session) => session !== undefined);
}

class Keeper implements SessionKeeper {
  readonly #sessions: OwnedSessions;

  constructor(sessions: OwnedSessions) {
    this.#sessions = sessions;
  }

  /** Learns from an answer before the client does. */
  judge(context: RequestContext, answer: IncomingMessage): Promise<AnswerJudgement> | undefined {
    const status = answer.statusCode ?? 0;
    const isOver = status === 404 || (context.req.method === 'DELETE' && status < 300);
    const ended = isOver ? context.sessionId : undefined;
    const given = status < 300 ? headerOf(answer) : undefined;
    const begun = given === context.sessionId ? undefined : given;
    if (ended === undefined && begun === undefined) return undefined;
    return this.#follow(context, ended, begun);
  }

  async claim({ principal }: RequestContext, sessionId: string): Promise<boolean> {
    return principal !== undefined && this.#sessions.claim(sessionId, keyOf(principal));
  }

  async #follow(
    context: RequestContext,
    ended: string | undefined,
    begun: string | undefined,
  ): Promise<AnswerJudgement> {
    try {
      if (ended !== undefined) await this.#sessions.forget(ended);
      if (begun === undefined || (await this.claim(context, begun))) return undefined;
      // An upstream that gives one session to two is in error; the first keeps it.
      return { reason: 'upstream_invalid' };
    } catch (cause) {
      return { reason: 'store_unavailable', cause };
    }
  }
}

function headerOf({ headers }: IncomingMessage): string | undefined {
  return headers['mcp-session-id']?.toString();
}
