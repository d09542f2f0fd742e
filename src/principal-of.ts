import type { IncomingMessage } from 'node:http';
import { contextOf } from './context.ts';
import type { Principal } from './principal.ts';

/**
 * Who a request comes from, for middleware and handlers behind `auth` or `requireAuth`.
 *
 * @param req - The request, as Node or Express gives it.
 * @returns The principal; undefined where nothing in the chain has asked, or no user was found.
 *
 * @example From `examples/middlewares.ts`:
 * ```ts
 * app.use('/mcp', (req, _res, next) => {
 *   console.log(principalOf(req)?.subject, mcpOf(req)?.method, mcpOf(req)?.name);
 *   next();
 * });
 * ```
 */
export function principalOf(req: IncomingMessage): Principal | undefined {
  return contextOf(req).principal;
}
