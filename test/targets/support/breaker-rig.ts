import type { GatewayConfig, McpGateway } from '../../../src/index.ts';
import { type Answer, headerOf, parseAnswer } from '../../support/client/answer.ts';
import { exchange } from '../../support/client/raw.ts';
import { outcomeOf, reasonOf } from '../../support/client/refusal.ts';
import { type Outgoing, requestBytes } from '../../support/client/request.ts';
import { holdClock } from '../../support/fake-time.ts';
import { startRig as startGateway } from '../rig.ts';
import type { Instance } from '../support.ts';

export const SECOND = 1000;

export interface Rig {
  readonly gateway: McpGateway;
  readonly port: number;
  /** Lets time pass for breakers, and for nothing else that a test could wait for. */
  pass(ms: number): void;
  /** The state of each target, and how many failures there were in a row. */
  states(): string[];
}

/** A gateway in front of these instances, one or several, with breakers. */
export async function startRig(
  all: readonly Instance[],
  config: Partial<GatewayConfig> = {},
): Promise<Rig> {
  const pass = holdClock();
  const { gateway, port } = await startGateway(all, { breaker: {}, ...config });
  const states = () => gateway.targets().map(({ state, failures }) => `${state} ${failures}`);
  return { gateway, port, pass, states };
}

/** One request, and what came of it: also half an answer, or none. */
export async function attempt(port: number, outgoing: Outgoing = {}): Promise<Answer | undefined> {
  const client = await exchange(port, requestBytes(outgoing));
  return parseAnswer(client.bytes, client.ending, outgoing.method);
}

/** A refusal by the breakers: for how long. */
export function refusedFor(answer: Answer | undefined): number {
  if (answer === undefined || outcomeOf(answer) !== 503) throw new Error('It was not refused');
  if (reasonOf(answer) !== 'upstream_unavailable') throw new Error(reasonOf(answer));
  return Number(headerOf(answer, 'Retry-After'));
}
