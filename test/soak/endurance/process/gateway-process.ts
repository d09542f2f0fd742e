/** Gateways without slots and gateways with slots that decide, each in front of a server and of a closed port. */
import express from 'express';
import {
  createMcpGateway,
  denyTools,
  type EngineName,
  type GatewayConfig,
  hardenServer,
} from '../../../../src/index.ts';
import { collectGarbage } from '../../processes/resources.ts';
import {
  type ChildSettings,
  serveAsChild,
  settingsOfChild,
} from '../../processes/serve-as-child.ts';
import type { Account } from '../verdict/evidence.ts';
import { holdings } from './holdings.ts';
import { type Leak, leaking } from './leaks.ts';
import { loaded } from './loaded.ts';

export interface GatewaySettings extends ChildSettings {
  readonly upstreamPort: number;
  /** A port on which no process listens. */
  readonly closedPort: number;
  readonly engine: string | undefined;
  readonly leak: Leak | undefined;
}

const FORWARDED = ['X-Soak', 'X-Soak-Id'];
const FAR_AWAY = 1_000_000_000;

// Without `onError`, a gateway would warn of the first failure of each kind.
const BARE = { headers: { forward: FORWARDED }, onError: () => {} };

/** Slots that decide. Tokens and stores are left out, because other servers do their work. */
const GUARDS: Omit<GatewayConfig, 'target'> = {
  cors: { origin: 'https://app.example' },
  ipFilter: { deny: ['203.0.113.0/24'] },
  auth: () => ({ subject: 'soak' }),
  rateLimit: [
    { limit: FAR_AWAY, window: '1h' },
    { limit: FAR_AWAY, window: '1h', by: ['user', 'tool'] },
  ],
  streams: { perUser: 10_000 },
  policies: [denyTools('delete_*'), ({ mcp }) => mcp.method !== 'forbidden'],
  headers: { forward: FORWARDED, set: { 'X-User': ({ principal }) => principal?.subject } },
  observe: { onClose() {} },
  onError() {},
};

const settings = settingsOfChild<GatewaySettings>();
const at = (port: number) => `http://127.0.0.1:${port}/mcp`;

const engine = settings.engine as EngineName | undefined;
const to = (port: number) => ({ target: at(port), ...(engine !== undefined && { engine }) });
const upstream = to(settings.upstreamPort);
const closed = to(settings.closedPort);
const gateways = {
  bare: createMcpGateway({ path: '/bare', ...upstream, ...BARE }),
  guarded: createMcpGateway({ path: '/guarded', ...upstream, ...GUARDS }),
  bareClosed: createMcpGateway({ path: '/bare-closed', ...closed, ...BARE }),
  guardedClosed: createMcpGateway({ path: '/guarded-closed', ...closed, ...GUARDS }),
};

const app = express();
if (settings.leak !== undefined) app.use(leaking(settings.leak, settings.upstreamPort));
for (const gateway of Object.values(gateways)) app.use(gateway);

async function memory(): Promise<number> {
  await collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function accounts(): Record<string, Account> {
  return Object.fromEntries(
    Object.entries(gateways).map(([name, gateway]) => {
      const { requests, streams } = gateway.stats();
      return [name, { open: requests.open, streams: streams.open, failed: requests.byReason }];
    }),
  );
}

hardenServer(serveAsChild(settings, app, { loaded, holdings, memory, accounts }));
