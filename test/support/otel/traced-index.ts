// Another spelling, which is not mapped to this file.
import * as real from '../../../src/../src/index.ts';
import { otel } from '../../../src/exports/otel.ts';
import type { Tracing } from './kit.ts';
import { kit2 } from './kit-2.ts';

export * from '../../../src/../src/index.ts';

const kit = kit2();
kit.setGlobals(kit.w3c);

/** Where all gateways of a test file put their spans. */
export const tracing: Tracing = kit.tracing();
const { tracerProvider } = tracing;
const { meterProvider } = kit.metering();

/** The same gateway, with `otel()` among its observers. */
export function createMcpGateway(config: real.GatewayConfig): real.McpGateway {
  const given = [config.observe || []].flat();
  return real.createMcpGateway({
    ...config,
    observe: [...given, otel({ tracerProvider, meterProvider })],
  });
}
