// Another spelling, which is not mapped to this file.
import * as real from '../../src/../src/index.ts';

export * from '../../src/../src/index.ts';

/** The same gateway, with undici for its engine where it is given none, by an update as well. */
export function createMcpGateway(config: real.GatewayConfig): real.McpGateway {
  const gateway = real.createMcpGateway(withUndici(config));
  const { update } = gateway;
  return Object.assign(gateway, {
    update: (other: real.GatewayConfig, options?: real.UpdateOptions) =>
      update(withUndici(other), options),
  });
}

function withUndici(config: real.GatewayConfig): real.GatewayConfig {
  return { engine: 'undici', ...config };
}

/** The same middleware, with undici for its engine where it is given none. */
export function mcpProxy(options: real.McpProxyOptions): real.Middleware {
  return real.mcpProxy({ engine: 'undici', ...options });
}
