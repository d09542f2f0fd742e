import { Counter, Gauge, Histogram } from 'prom-client';
import { BOUNDARIES } from '../operations/boundaries.ts';
import type { Side } from '../operations/measured-request.ts';
import { GatewayMeter } from './gateway-meter.ts';
import type { MetricsRegistry } from './metrics-registry.ts';
import { TargetGauge } from './target-gauge.ts';

/** The names of the metrics. */
export const NAMES = {
  server: 'mcp_server_operation_duration_seconds',
  client: 'mcp_client_operation_duration_seconds',
  requests: 'mcp_gateway_requests_total',
  decisions: 'mcp_gateway_decisions_total',
  firstEvent: 'mcp_gateway_first_event_seconds',
  inFlight: 'mcp_gateway_requests_in_flight',
  streams: 'mcp_gateway_streams_open',
  targets: 'mcp_gateway_target_state',
} as const;

/** The metrics of one registry, for all gateways. */
export class Metrics {
  readonly operations: Readonly<Record<Side, Histogram>>;
  readonly requests: Counter;
  readonly decisions: Counter;
  readonly firstEvent: Histogram;
  readonly targets: TargetGauge;
  /** By the names of gateways, which are few. */
  readonly #gateways = new Map<string, GatewayMeter>();

  /** @param registry - A registry without metrics of these names. */
  constructor(registry: MetricsRegistry) {
    const registers = [registry];
    const operation = (name: string, help: string) => {
      const labelNames = ['gateway', 'mcp_method', 'tool', 'error_type'];
      return new Histogram({ name, help, labelNames, buckets: [...BOUNDARIES], registers });
    };
    this.operations = {
      server: operation(NAMES.server, 'How long a message took from its arrival to its answer'),
      client: operation(NAMES.client, 'How long a message took at the MCP server'),
    };
    this.requests = new Counter({
      name: NAMES.requests,
      help: 'HTTP requests that are over',
      labelNames: ['gateway', 'method', 'status', 'origin'],
      registers,
    });
    this.decisions = new Counter({
      name: NAMES.decisions,
      help: 'Refusals, and what policies in shadow mode would have refused',
      labelNames: ['gateway', 'slot', 'reason', 'mode'],
      registers,
    });
    this.firstEvent = new Histogram({
      name: NAMES.firstEvent,
      help: 'How long the first event of the answer to a POST took from the arrival of the request',
      labelNames: ['gateway'],
      buckets: [...BOUNDARIES],
      registers,
    });
    const gauge = (name: string, help: string, read: (meter: GatewayMeter) => number) => {
      const collect = () => {
        made.reset();
        for (const meter of this.#gateways.values()) made.set(meter.labels, read(meter));
      };
      const made: Gauge = new Gauge({ name, help, labelNames: ['gateway'], registers, collect });
    };
    gauge(
      NAMES.inFlight,
      'HTTP requests under way, event streams not included',
      (meter) => meter.inFlight,
    );
    gauge(NAMES.streams, 'Event streams that are open', (meter) => meter.streams);
    this.targets = new TargetGauge(NAMES.targets, registers);
  }

  /** Whether these metrics are still in the registry. */
  isIn(registry: MetricsRegistry): boolean {
    return registry.getSingleMetric(NAMES.requests) === this.requests;
  }

  /** The meter of the gateways of this name. */
  of(gateway: string): GatewayMeter {
    const known = this.#gateways.get(gateway);
    if (known !== undefined) return known;
    const meter = new GatewayMeter(gateway);
    this.#gateways.set(gateway, meter);
    return meter;
  }
}
