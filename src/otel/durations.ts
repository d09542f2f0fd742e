import { type Attributes, type Histogram, type MeterProvider, metrics } from '@opentelemetry/api';
import { BOUNDARIES } from '../operations/boundaries.ts';
import { methodLabel, OTHER } from '../operations/known-methods.ts';
import { KnownCodes, KnownNames } from '../operations/known-names.ts';
import type { Side } from '../operations/measured-request.ts';
import type { Verdict } from '../operations/verdict.ts';
import type { ObservedMessage } from '../slots/observe/observer.ts';
import { ATTRIBUTE, EXECUTE_TOOL } from './attributes.ts';
import { SCOPE } from './scope.ts';

/** What is measured of a message, besides what came of it. */
export interface MeasuredMessage {
  readonly message: ObservedMessage;
  readonly verdict: Verdict;
  /** The gateway's name, and whatever else has few values. */
  readonly common: Attributes;
  readonly seconds: number;
}

/**
 * How long messages take: `mcp.server.operation.duration`, and of those that were sent on
 * `mcp.client.operation.duration`. Labels are bounded, whatever clients and servers make up.
 */
export class Durations {
  readonly #given: MeterProvider | undefined;
  /** Whose the histograms are: apps may set another one, or the first one late. */
  #provider: MeterProvider | undefined;
  #server: Histogram | undefined;
  #client: Histogram | undefined;
  readonly #names = new KnownNames();
  readonly #codes = new KnownCodes();

  /** @param provider - Undefined: the global one. */
  constructor(provider: MeterProvider | undefined) {
    this.#given = provider;
  }

  /** Takes note of what an upstream has answered: its tools and prompts are named from then on. */
  learn(message: ObservedMessage): void {
    const { method, name } = message;
    if (name !== undefined && nameAttribute(method) !== undefined) this.#names.learn(name, message);
  }

  /** A message has been answered: here, or where it was sent. */
  record(side: Side, measured: MeasuredMessage): void {
    this.#refresh();
    const histogram = side === 'server' ? this.#server : this.#client;
    histogram?.record(measured.seconds, this.#attributesOf(measured));
  }

  #refresh(): void {
    const provider = this.#given ?? metrics.getMeterProvider();
    if (provider === this.#provider) return;
    const meter = provider.getMeter(SCOPE);
    const options = (description: string) => ({
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: [...BOUNDARIES] },
    });
    this.#server = meter.createHistogram(
      'mcp.server.operation.duration',
      options('How long a message took from its arrival to its answer'),
    );
    this.#client = meter.createHistogram(
      'mcp.client.operation.duration',
      options('How long a message took at the MCP server'),
    );
    this.#provider = provider;
  }

  #attributesOf({ message, verdict, common }: MeasuredMessage): Attributes {
    const { method = OTHER, name } = message;
    const code = verdict.code === undefined ? undefined : this.#codes.label(verdict.code);
    const isCode = verdict.code !== undefined && verdict.error === String(verdict.code);
    const about = name === undefined ? undefined : nameAttribute(method);
    return {
      ...common,
      [ATTRIBUTE.method]: methodLabel(method),
      ...(method === 'tools/call' && { [ATTRIBUTE.operation]: EXECUTE_TOOL }),
      ...(about !== undefined && { [about]: this.#names.label(name as string) }),
      ...(verdict.error !== undefined && { [ATTRIBUTE.error]: isCode ? code : verdict.error }),
      ...(code !== undefined && { [ATTRIBUTE.responseCode]: code }),
    };
  }
}

function nameAttribute(method: string | undefined): string | undefined {
  if (method === 'tools/call') return ATTRIBUTE.tool;
  return method === 'prompts/get' ? ATTRIBUTE.prompt : undefined;
}
