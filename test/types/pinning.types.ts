import type {
  GatewayConfig,
  GatewayContext,
  McpGateway,
  PolicyRule,
  ToolDifference,
  ToolPin,
  ToolState,
} from 'express-mcp-gateway';
import {
  type PinAction,
  type PinStore,
  type PinStoreValue,
  type ToolPinning,
  type ToolPinningOptions,
  toolPinning,
} from 'express-mcp-gateway/pinning';
import { same, typed } from './same.ts';

export async function pins(gateway: McpGateway, values: Map<string, string>): Promise<void> {
  same<PinAction, 'allow' | 'report' | 'deny'>();
  same<ToolState, 'pinned' | 'new' | 'changed' | 'gone'>();
  same<PinStoreValue, string | null | undefined>();
  typed<ToolPin[]>()(gateway.pins());
  const [pin] = gateway.pins();
  typed<ToolState | undefined>()(pin?.state);
  typed<string | undefined>()(pin?.pinned);
  typed<string | undefined>()(pin?.seen);
  typed<Date | undefined>()(pin?.approvedAt);
  typed<readonly ToolDifference[] | undefined>()(pin?.diff);
  typed<string | undefined>()(pin?.list);
  typed<string | undefined>()(pin?.diff[0]?.after);
  typed<Promise<void>>()(gateway.approve('search'));
  await gateway.approve('search', pin?.seen);

  // Stores of all kinds fit.
  values satisfies PinStore;
  const store: PinStore = { get: async (key) => values.get(key), set: async () => 'OK' };
  const options: ToolPinningOptions = {
    lockFile: './mcp-lock.json',
    store,
    onNew: 'deny',
    onChanged: 'deny',
    onGone: 'allow',
    by: ({ principal }) => principal?.subject ?? '',
  };
  typed<((ctx: GatewayContext) => string) | undefined>()(options.by);
  const pinning = toolPinning(options);
  typed<ToolPinning>()(pinning);
  pinning satisfies PolicyRule;
  typed<ToolPin[]>()(pinning.pins());
  await pinning.approve('search', 'v1:sha256:');
  const config: GatewayConfig = {
    target: 'https://server.example/mcp',
    policies: [toolPinning(), { ...pinning, mode: 'shadow' }],
  };
  // @ts-expect-error -- there is no such action
  toolPinning({ onNew: 'warn' });
  // @ts-expect-error -- a promise is no text
  toolPinning({ by: async () => 'a' });
  return void config;
}
