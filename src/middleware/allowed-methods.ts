import { answerError } from '../answer.ts';
import { hasBody } from '../http/framing.ts';
import type { Middleware } from '../http/middleware.ts';
import { MCP_METHODS, type McpMethod } from '../mcp/methods.ts';
import { checkConfig } from '../options/config-problems.ts';

/**
 * Refuses every other method with 405 and `Allow` (RFC 9110 section 15.5.6), and a body on any
 * method but POST with 400: where HTTP gives a body no meaning, some servers take it for the next
 * request (CVE-2026-29057).
 */
export function allowedMethods(methods: readonly McpMethod[] = MCP_METHODS): Middleware {
  checkConfig((problems) => {
    if (!Array.isArray(methods) || methods.length === 0) {
      problems.add('', methods, `one or more of ${MCP_METHODS.join(', ')}`);
      return;
    }
    methods.forEach((method, i) => {
      if (!MCP_METHODS.includes(method)) {
        problems.add(`[${i}]`, method, `one of ${MCP_METHODS.join(', ')}`);
      }
    });
  });
  const allowed: ReadonlySet<string> = new Set(methods);
  const headers = { Allow: [...allowed].join(', ') };

  return function allowedMethodsMiddleware(req, res, next) {
    if (!allowed.has(req.method ?? '')) answerError(req, res, 'method_not_allowed', { headers });
    else if (req.method !== 'POST' && hasBody(req)) answerError(req, res, 'unexpected_body');
    else next();
  };
}
