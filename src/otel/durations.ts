import { type Attributes, type Histogram, type MeterProvider, metrics } from '@opentelemetry/api';
import { BOUNDARIES } from '../operations/boundaries.ts';
import type { Operation } from '../operations/measured-request.ts';
import {
  type OperationLabels,
  OperationSeries,
  type Variety,
} from '../operations/operation-series.ts';
import type { ObservedMessage } from '../slots/observe/observer.ts';
import { ATTRIBUTE, EXECUTE_TOOL } from './attributes.ts';
import { SCOPE } from './scope.ts';

/**
 * How long messages take: `mcp.server.operation.duration`, and of those that were sent on
 * `mcp.client.operation.duration`. Labels are bounded, although clients and servers can make up names.
 */
export class Durations {
  readonly #given: MeterProvider | undefined;
  /** The provider of these histograms: an app may set another one, or set the first one late. */
  #provider: MeterProvider | undefined;
  #server: Histogram | undefined;
  #client: Histogram | undefined;
  /** By the names of gateways, which are few. */
  readonly #series = new Map<string, OperationSeries<Attributes>>();

  /** @param provider - Undefined: the global one. */
  constructor(provider: MeterProvider | undefined) {
    this.#given = provider;
  }

  /** Takes note of a message that an upstream has answered: its tool or prompt is named from then on. */
  learn(message: ObservedMessage, gateway: string): void {
    this.#seriesOf(gateway).learn(message);
  }

  /**
   * Records how long a message took: at the gateway, or at the server that it was sent to.
   *
   * @param variety - The attributes that have few values.
   */
  record(operation: Operation, gateway: string, variety: Variety<Attributes>): void {
    this.#refresh();
    const histogram = operation.side === 'server' ? this.#server : this.#client;
    histogram?.record(operation.seconds, this.#seriesOf(gateway).of(operation, variety));
  }

  #seriesOf(gateway: string): OperationSeries<Attributes> {
    const known = this.#series.get(gateway);
    if (known !== undefined) return known;
    const series = new OperationSeries<Attributes>({ isNamed, hasCode: true });
    this.#series.set(gateway, series);
    return series;
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
}

/** The attributes of a message in a metric. */
export function labelAttributes({ method, name, error, code }: OperationLabels): Attributes {
  const about = nameAttribute(method);
  return {
    [ATTRIBUTE.method]: method,
    ...(method === 'tools/call' && { [ATTRIBUTE.operation]: EXECUTE_TOOL }),
    ...(about !== undefined && name !== '' && { [about]: name }),
    ...(error !== '' && { [ATTRIBUTE.error]: error }),
    ...(code !== '' && { [ATTRIBUTE.responseCode]: code }),
  };
}

function isNamed(method: string): boolean {
  return nameAttribute(method) !== undefined;
}

function nameAttribute(method: string): string | undefined {
  if (method === 'tools/call') return ATTRIBUTE.tool;
  return method === 'prompts/get' ? ATTRIBUTE.prompt : undefined;
}
