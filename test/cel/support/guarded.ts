import type { GatewayConfig, SlotDecision } from '../../../src/index.ts';
import { startGateway } from '../../support/gateway.ts';
import { type RecordingUpstream, recordingUpstream } from '../../support/upstream.ts';

export interface Guarded {
  readonly port: number;
  readonly upstream: RecordingUpstream;
  /** What observers were told of policies, those in shadow mode included. */
  readonly decisions: SlotDecision[];
}

/** A gateway with policies before an upstream that keeps what it gets. Its refusals are statuses. */
export async function guarded(
  policies: GatewayConfig['policies'] & object,
  config: Partial<GatewayConfig> = {},
): Promise<Guarded> {
  const upstream = await recordingUpstream();
  const decisions: SlotDecision[] = [];
  const { port } = await startGateway({
    target: upstream.target,
    denyAs: 'http',
    policies,
    observe: {
      onDecision(decision) {
        if (decision.slot === 'policies') decisions.push(decision);
      },
    },
    ...config,
  });
  return { port, upstream, decisions };
}
