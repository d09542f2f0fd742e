import express from 'express';
import { type ToolPinningOptions, toolPinning } from '../../../src/exports/pinning.ts';
import {
  createMcpGateway,
  type GatewayConfig,
  type GatewayError,
  type McpGateway,
  type SlotDecision,
  type ToolPin,
} from '../../../src/index.ts';
import type { Answer } from '../../support/client/answer.ts';
import { outcomeOf } from '../../support/client/refusal.ts';
import type { Outgoing } from '../../support/client/request.ts';
import { send } from '../../support/client/send.ts';
import { call, message } from '../../support/messages.ts';
import { serve } from '../../support/servers.ts';

/** A gateway that pins tools, and a client of it. */
export interface Pinned {
  readonly gateway: McpGateway;
  readonly port: number;
  readonly url: string;
  readonly errors: GatewayError[];
  /** What observers were told of tools that are not as approved. */
  readonly reports: string[];
  /** What observers were told of calls that were refused. */
  readonly denials: SlotDecision[];
  /** Asks for the list, or a page of it. */
  list(cursor?: string, outgoing?: Outgoing): Promise<Answer>;
  /** What comes of a call: 200, or the code of the refusal. */
  call(name: string, outgoing?: Outgoing): Promise<number>;
  pin(name: string): ToolPin | undefined;
  states(): Record<string, string>;
}

/** Starts one in front of a server. Its refusals are statuses. */
export async function pinned(
  target: GatewayConfig['target'],
  options: ToolPinningOptions = {},
  config: Partial<GatewayConfig> = {},
): Promise<Pinned> {
  const errors: GatewayError[] = [];
  const reports: string[] = [];
  const denials: SlotDecision[] = [];
  const gateway = createMcpGateway({
    target,
    denyAs: 'http',
    policies: toolPinning(options),
    onError: (error) => errors.push(error),
    observe: {
      onDecision(decision) {
        if (decision.mode === 'report') reports.push(decision.detail ?? '');
        else if (decision.slot === 'policies' && decision.outcome === 'deny') {
          denials.push(decision);
        }
      },
    },
    ...config,
  });
  const { port } = await serve(express().use(gateway));
  const pin = (name: string) => gateway.pins().find((row) => row.name === name);
  return {
    gateway,
    port,
    url: `http://127.0.0.1:${port}/mcp`,
    errors,
    reports,
    denials,
    list(cursor, outgoing = {}) {
      const params = cursor === undefined ? undefined : JSON.stringify({ cursor });
      return send(port, { body: message('tools/list', params), ...outgoing });
    },
    async call(name, outgoing = {}) {
      const { status, body } = await send(port, { body: call(name), ...outgoing });
      // Of events, none that matters here is a refusal.
      return body.startsWith('{') ? outcomeOf({ status, body }) : status;
    },
    pin,
    states: () => Object.fromEntries(gateway.pins().map(({ name, state }) => [name, state])),
  };
}
