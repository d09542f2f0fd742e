import type { Express } from 'express';
import type { GatewayConfig, SlotDecision } from '../../../src/index.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { type RecordingUpstream, recordingUpstream } from '../../support/upstream.ts';

export interface Guarded extends TestGateway {
  readonly upstream: RecordingUpstream;
  /** The bodies that reached the upstream. */
  forwarded(): string[];
  /** What observers were told of policies, those in shadow mode included. */
  readonly decisions: SlotDecision[];
}

/** A gateway with policies before an upstream that keeps what it gets. Its refusals are statuses. */
export async function guarded(
  policies: GatewayConfig['policies'] | undefined,
  config: Partial<GatewayConfig> = {},
  prepare?: (app: Express) => void,
): Promise<Guarded> {
  const upstream = await recordingUpstream();
  const decisions: SlotDecision[] = [];
  const gateway = await startGateway(
    {
      target: upstream.target,
      denyAs: 'http',
      ...(policies !== undefined && { policies }),
      observe: {
        onDecision(decision) {
          if (decision.slot === 'policies') decisions.push(decision);
        },
      },
      ...config,
    },
    prepare,
  );
  const forwarded = () => upstream.seen.map(({ body }) => body.toString());
  return { ...gateway, upstream, forwarded, decisions };
}
