import {
  type BalanceKey,
  type BreakerOptions,
  createMcpGateway,
  type Duration,
  type HealthOptions,
  type Observer,
  type TargetChange,
  type TargetStateName,
  type TargetStatus,
} from 'express-mcp-gateway';
import { same, typed } from './same.ts';

const target = ['https://a.example/mcp', new URL('https://b.example/mcp')];

export function options(): void {
  same<
    BreakerOptions,
    {
      readonly failures?: number;
      readonly openFor?: Duration;
      readonly statuses?: readonly number[];
    }
  >();
  same<
    HealthOptions,
    { readonly path: string; readonly every?: Duration; readonly timeout?: Duration }
  >();
  createMcpGateway({ target, breaker: false, health: false, balance: false });
  const byUser: BalanceKey = ({ principal, ip }) => principal?.subject ?? ip;
  createMcpGateway({ target, balance: byUser, breaker: { openFor: '1m' } });
  // @ts-expect-error -- a path is needed
  createMcpGateway({ target, health: { every: '10s' } });
  // @ts-expect-error -- the key has to be there at once
  createMcpGateway({ target, balance: async () => 'key' });
  // @ts-expect-error -- only one handler at a time
  createMcpGateway({ target: [() => {}] });
}

export async function service(): Promise<void> {
  const gateway = createMcpGateway({ target });
  for (const status of gateway.targets()) {
    typed<TargetStatus>()(status);
    same<
      TargetStatus,
      {
        readonly url: string;
        readonly weight: number;
        readonly state: TargetStateName;
        readonly open: number;
        readonly streams: number;
        readonly failures: number;
      }
    >();
  }
  typed<Promise<void>>()(gateway.drain('https://a.example/mcp', { graceMs: 1 }));
  await gateway.drain(new URL('https://a.example/mcp'));
  typed<void>()(gateway.restore('https://a.example/mcp'));
}

export const observer: Observer = {
  onTarget(change, gateway) {
    typed<string>()(gateway);
    same<
      typeof change,
      {
        readonly target: string;
        readonly state: TargetStateName;
        readonly previous: TargetStateName;
        readonly reason: string;
      }
    >();
    typed<TargetChange>()(change);
    same<TargetStateName, 'closed' | 'open' | 'half-open' | 'draining' | 'unhealthy'>();
  },
};
