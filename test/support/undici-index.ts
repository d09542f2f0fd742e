// This spelling of the path is not mapped to this file.
import * as real from '../../src/../src/index.ts';

export * from '../../src/../src/index.ts';

/** The same gateway. If its config names no engine, it uses undici, also after an update. */
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

/** The same middleware. If its options name no engine, it uses undici. */
export function mcpProxy(options: real.McpProxyOptions): real.Middleware {
  return real.mcpProxy({ engine: 'undici', ...options });
}
