import type { IncomingMessage } from 'node:http';
import { answerError } from '../answer.ts';
import { keyOf } from '../auth/principal.ts';
import { type AnswerJudgement, contextOf } from '../context.ts';
import type { Middleware } from '../http/middleware.ts';
import type { OwnedSessions } from '../sessions/owned-sessions.ts';

/**
 * Lets a request into a session only for the principal to whom the upstream gave it: for anybody else
 * it does not exist. Sessions are learned from the answers that bring one, and forgotten when they end.
 *
 * @see MCP security best practices, "Session Hijacking"
 */
export function ownSessions(sessions: OwnedSessions): Middleware {
  return function ownSessionsMiddleware(req, res, next) {
    const context = contextOf(req);
    // The slot in front has seen to it that there is one.
    if (context.principal === undefined) {
      answerError(req, res, 'unauthorized');
      return;
    }
    const owner = keyOf(context.principal);
    const id = context.sessionId;
    // In the older transport one is in the query; a header goes upstream as well.
    const named = new Set([id, headerOf(req)].filter((session) => session !== undefined));
    context.claimSession = (own) => sessions.claim(own, owner);
    context.judgeAnswer = (answer) => follow(sessions, owner, id, req, answer);
    if (named.size === 0) {
      next();
      return;
    }
    Promise.all([...named].map((session) => sessions.belongsTo(session, owner)))
      .then((areOwn) => {
        if (areOwn.every(Boolean)) next();
        else answerError(req, res, 'session_not_found');
      })
      .catch((cause) => answerError(req, res, 'store_unavailable', { cause }));
  };
}

/** Learns from an answer before the client does. */
async function follow(
  sessions: OwnedSessions,
  owner: string,
  id: string | undefined,
  req: IncomingMessage,
  answer: IncomingMessage,
): Promise<AnswerJudgement> {
  const status = answer.statusCode ?? 0;
  const isOver = status === 404 || (req.method === 'DELETE' && status < 300);
  const given = headerOf(answer);
  try {
    if (id !== undefined && isOver) await sessions.forget(id);
    if (given === undefined || given === id || status >= 300) return undefined;
    // An upstream that gives one session to two is in error; the first keeps it.
    return (await sessions.claim(given, owner)) ? undefined : { reason: 'upstream_invalid' };
  } catch (cause) {
    return { reason: 'store_unavailable', cause };
  }
}

function headerOf({ headers }: IncomingMessage): string | undefined {
  return headers['mcp-session-id']?.toString();
}
