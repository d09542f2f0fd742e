import type { Operation } from '../operations/measured-request.ts';
import {
  type OperationLabels,
  OperationSeries,
  type Variety,
} from '../operations/operation-series.ts';
import type { ObservedMessage, RequestRecord, SlotDecision } from '../slots/observe/observer.ts';
import { type RequestLabels, RequestSeries } from './request-series.ts';

/** Labels of a message. An empty label counts as absent. */
export type MessageLabels = {
  readonly gateway: string;
  readonly mcp_method: string;
  readonly tool: string;
  readonly error_type: string;
};

/** Labels of a refusal. */
export type DecisionLabels = {
  readonly gateway: string;
  readonly slot: string;
  readonly reason: string;
  readonly mode: string;
};

/**
 * The open requests and streams of the gateways of one name, and their label sets. Each label set is made
 * once.
 */
export class GatewayMeter {
  readonly labels: { readonly gateway: string };
  /** Requests under way, streams not included. */
  inFlight = 0;
  streams = 0;
  readonly #operations = new OperationSeries<MessageLabels>({
    isNamed: (method) => method === 'tools/call',
    hasCode: false,
  });
  readonly #requests: RequestSeries;
  readonly #decisions = new Map<string, DecisionLabels>();
  readonly #variety: Variety<MessageLabels>;

  constructor(gateway: string) {
    this.labels = { gateway };
    this.#requests = new RequestSeries(gateway);
    const make = ({ method, name, error }: OperationLabels) => ({
      gateway,
      mcp_method: method,
      tool: name,
      error_type: error,
    });
    this.#variety = { key: '', make };
  }

  /** Takes note of a message that an upstream has answered: its tool is named from then on. */
  learn(message: ObservedMessage): void {
    this.#operations.learn(message);
  }

  ofOperation(operation: Operation): MessageLabels {
    return this.#operations.of(operation, this.#variety);
  }

  ofRequest(record: RequestRecord): RequestLabels {
    return this.#requests.of(record);
  }

  /** The labels of a refusal. There are as many as the error table and the slots allow. */
  ofDecision(decision: SlotDecision): DecisionLabels {
    const { slot } = decision;
    const reason: string = decision.reason ?? '';
    const mode: string = decision.mode ?? 'enforce';
    const key = `${slot} ${reason} ${mode}`;
    const known = this.#decisions.get(key);
    if (known !== undefined) return known;
    const labels = { ...this.labels, slot, reason, mode };
    this.#decisions.set(key, labels);
    return labels;
  }
}
