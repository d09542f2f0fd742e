import type { Middleware } from '../http/middleware.ts';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { answerCors } from '../slots/cors/cors.ts';
import { type McpCorsOptions, readCors } from '../slots/cors/options.ts';

export type { McpCorsOptions } from '../slots/cors/options.ts';

/**
 * CORS with MCP's headers preset, and the check that CORS is not: a request from an origin that is
 * not allowed is refused with 403 on every method, as MCP demands against DNS rebinding, and so is one
 * that a browser makes to show the answer (`Sec-Fetch-Mode: navigate`, `Sec-Fetch-Dest: iframe`). Preflights
 * are answered here, before anything asks for a credential that they cannot carry.
 *
 * @param options - See {@link McpCorsOptions}.
 * @returns A middleware for Express, Connect and `node:http`.
 * @throws {GatewayConfigError} for anything that is not an origin, `'*'` included.
 * @see Fetch standard, "CORS protocol"; MCP, Streamable HTTP, "Security Warning"
 *
 * @example From `examples/a-la-carte.ts`:
 * ```ts
 * app.use('/mcp', mcpCors({ origin: 'https://app.example' }));
 * ```
 */
export function mcpCors(options: McpCorsOptions = {}): Middleware {
  return answerCors(checkConfig('mcpCors', (problems) => readCors(problems, options)));
}

isFactory('mcpCors', mcpCors);
