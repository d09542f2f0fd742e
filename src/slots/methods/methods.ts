import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerError } from '../../answer-error.ts';
import { awaitAnnouncedBody } from '../../http/announced-body.ts';
import { hasBody, isChunked } from '../../http/framing.ts';
import { closeBehindBody } from '../../http/last-request.ts';
import type { Middleware } from '../../http/middleware.ts';
import type { McpMethod } from '../../mcp/http-methods.ts';
import type { Slot } from '../slot.ts';

/**
 * Refuses every other method with 405 and `Allow` (RFC 9110 section 15.5.6), and a body on any method but
 * POST with 400: where HTTP gives a body no meaning, some servers take it for the next request
 * (CVE-2026-29057). A body that was announced and is empty counts as none, and is not passed on.
 */
export function allowMethods(methods: readonly McpMethod[]): Middleware {
  const allowed: ReadonlySet<string> = new Set(methods);
  const headers = { Allow: [...allowed].join(', ') };

  return function allowMethodsMiddleware(req, res, next) {
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

/** The slot. It is always on: a body on GET would go unchecked otherwise. */
export const methods: Slot<
  { readonly methods?: readonly McpMethod[] },
  readonly McpMethod[],
  'methods'
> = {
  name: 'methods',
  options: ['methods'],
  read: (_problems, _config, basis) => basis.methods,
  build: (allowed) => allowMethods(allowed),
};
