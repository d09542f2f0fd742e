import type { IncomingMessage } from 'node:http';
import { answerError } from '../../answer-error.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import type { Middleware } from '../../http/middleware.ts';
import { sessionIdIn } from '../../mcp/session-id.ts';
import { keyOf } from '../../principal.ts';
import type { OwnedSessions } from './owned-sessions.ts';
import { SessionUse } from './session-use.ts';

/** Gives the endpoint that a request is for: ids of sessions are the upstream's, and unique there. */
export type EndpointOf = (req: IncomingMessage) => string;

/**
 * Lets a request into a session only for the principal to whom the upstream gave it: for anybody else
 * it does not exist. Sessions are learned from the answers that bring one.
 *
 * @see MCP security best practices, "Session Hijacking"
 */
export function ownSessions(sessions: OwnedSessions, endpointOf: EndpointOf): Middleware {
  return function ownSessionsMiddleware(req, res, next) {
    const context = contextOf(req);
    // The slot in front has seen to it that there is one.
    if (context.principal === undefined) {
      answerError(req, res, 'unauthorized');
      return;
    }
    const owner = keyOf(context.principal, context.principalSource);
    const user = { owner, endpoint: endpointOf(req) };
    const use = new SessionUse(sessions, context, res, user);
    context.sessionKeeper = use;
    context.addStage(use);
    const named = sessionsNamedBy(context);
    if (named.length === 0) {
      next();
      return;
    }
    use
      .enter(named)
      .then((isOwn) => {
        if (isOwn) next();
        else answerError(req, res, 'session_not_found');
      })
      .catch((cause) => answerError(req, res, 'store_unavailable', { cause }));
  };
}

/** The request's own comes first. In the older transport it is in the query; a header goes upstream as well. */
function sessionsNamedBy({ sessionId, req }: RequestContext): string[] {
  const inHeader = sessionIdIn(req.headers);
  const named = sessionId === inHeader ? [sessionId] : [sessionId, inHeader];
  return named.filter((session) => session !== undefined);
}
