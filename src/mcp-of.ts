import type { IncomingMessage } from 'node:http';
import { contextOf } from './context.ts';
import type { McpMessage } from './mcp/message/message.ts';

/** What a POST asks for, as its body says. */
export interface McpRequest extends Partial<Omit<McpMessage, 'era'>> {
  /** Every message of a batch; undefined for a single one. */
  readonly batch: readonly McpMessage[] | undefined;
}

/**
 * The message of a request, where a policy, a limit or `timeout.calls` has had it read.
 *
 * @param req - The request, as Node or Express gives it.
 * @returns What it asks for; undefined where nothing has read it. Of a batch only `batch` is defined; of
 * a response nothing is.
 *
 * @example From `examples/middlewares.ts`:
 * ```ts
 * app.use('/mcp', (req, _res, next) => {
 *   console.log(principalOf(req)?.subject, mcpOf(req)?.method, mcpOf(req)?.name);
 *   next();
 * });
 * ```
 */
export function mcpOf(req: IncomingMessage): McpRequest | undefined {
  const { mcp } = contextOf(req);
  if (mcp === undefined) return undefined;
  if (mcp.isBatch) return { batch: mcp.messages };
  return { ...mcp.messages[0], batch: undefined };
}
