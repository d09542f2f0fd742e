import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../answer-error.ts';
import { awaitAnnouncedBody } from '../http/announced-body.ts';
import { hasBody, isChunked } from '../http/framing.ts';
import { closeBehindBody } from '../http/last-request.ts';
import type { Middleware } from '../http/middleware.ts';
import { isMcpMethod, MCP_METHODS, type McpMethod } from '../mcp/http-methods.ts';
import { checkConfig } from '../options/config-problems.ts';

/**
 * Refuses every other method with 405 and `Allow` (RFC 9110 section 15.5.6), and a body on any
 * method but POST with 400: where HTTP gives a body no meaning, some servers take it for the next
 * request (CVE-2026-29057). One that was announced and is empty is none, and does not go on.
 */
export function allowedMethods(methods: readonly McpMethod[]): Middleware {
  const allowed = checkConfig((problems): ReadonlySet<string> => {
    const expected = `one of ${MCP_METHODS.join(', ')}`;
    return new Set(problems.list('', methods, isMcpMethod, expected, { atLeast: 1 }));
  });
  const headers = { Allow: [...allowed].join(', ') };

  return function allowedMethodsMiddleware(req, res, next) {
    if (!allowed.has(req.method ?? '')) {
      closeBehindBody(req, res);
      answerError(req, res, 'method_not_allowed', { headers });
    } else if (req.method === 'POST' || !hasBody(req)) {
      next();
    } else if (isChunked(req)) {
      awaitAnnouncedBody(req, res, { onEmpty: next, onBody: () => refuseBody(req, res) });
    } else {
      refuseBody(req, res);
    }
  };
}

function refuseBody(req: IncomingMessage, res: ServerResponse): void {
  closeBehindBody(req, res);
  answerError(req, res, 'unexpected_body');
}
