// This spelling of the path is not mapped to this file.
import * as real from '../../../src/../src/index.ts';
import { otel } from '../../../src/exports/otel.ts';
import type { Tracing } from './kit.ts';
import { kit2 } from './kit-2.ts';

export * from '../../../src/../src/index.ts';

const kit = kit2();
kit.setGlobals(kit.w3c);

/** Collects the spans of all gateways of a test file. */
export const tracing: Tracing = kit.tracing();
const { tracerProvider } = tracing;
const { meterProvider } = kit.metering();

/** The same gateway, with `otel()` among its observers, also after an update. */
export function createMcpGateway(config: real.GatewayConfig): real.McpGateway {
  const observer = otel({ tracerProvider, meterProvider });
  const traced = (own: real.GatewayConfig): real.GatewayConfig => {
    return { ...own, observe: [...[own?.observe || []].flat(), observer] };
  };
  const gateway = real.createMcpGateway(traced(config));
  const { update } = gateway;
  return Object.assign(gateway, {
    update: (other: real.GatewayConfig, options?: real.UpdateOptions) =>
      update(traced(other), options),
  });
}
