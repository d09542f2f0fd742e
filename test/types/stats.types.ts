import {
  type BreakerStats,
  type ConnectionStats,
  createMcpGateway,
  type ErrorReason,
  type GatewayStats,
  type KeyStats,
  type LimitStats,
  type SessionStats,
  type StreamsOfUser,
  type TargetFailure,
  type TargetStats,
  type TargetStatus,
} from 'express-mcp-gateway';
import { same, typed } from './same.ts';

export function stats(): void {
  const now = createMcpGateway({ target: 'https://mcp.example/mcp' }).stats();
  typed<GatewayStats>()(now);
  typed<boolean>()(now.draining);
  typed<Date>()(now.since);
  same<
    GatewayStats['requests'],
    {
      readonly open: number;
      readonly total: number;
      readonly byReason: Readonly<Partial<Record<ErrorReason, number>>>;
    }
  >();
  same<GatewayStats['streams']['byUser'], readonly StreamsOfUser[] | undefined>();
  same<GatewayStats['limits'], readonly LimitStats[] | undefined>();
  same<GatewayStats['sessions'], SessionStats | undefined>();
  same<GatewayStats['keys'], readonly KeyStats[] | undefined>();
  for (const target of now.targets) {
    typed<TargetStats>()(target);
    const status: TargetStatus = target;
    typed<string>()(status.url);
    typed<TargetFailure | undefined>()(target.lastFailure);
    typed<BreakerStats | undefined>()(target.breaker);
    typed<ConnectionStats | undefined>()(target.connections);
  }
  // @ts-expect-error -- a snapshot is only read
  now.requests.open = 0;
}
