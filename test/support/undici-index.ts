// Another spelling, which is not mapped to this file.
import * as real from '../../src/../src/index.ts';

export * from '../../src/../src/index.ts';

/** The same gateway, with undici for its engine where it is given none. */
export function createMcpGateway(config: real.GatewayConfig): real.McpGateway {
  return real.createMcpGateway({ engine: 'undici', ...config });
}

/** The same middleware, with undici for its engine where it is given none. */
export function mcpProxy(options: real.McpProxyOptions): real.Middleware {
  return real.mcpProxy({ engine: 'undici', ...options });
}
