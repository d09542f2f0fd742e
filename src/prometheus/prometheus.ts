import type { IncomingMessage, ServerResponse } from 'node:http';
import { type OpenMetricsContentType, type Registry, register } from 'prom-client';
import type { GatewayContext } from '../gateway-context.ts';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { ATTACH, FOLLOW, type FollowingObserver } from '../slots/observe/follower.ts';
import { failureReport } from '../slots/observe/isolate.ts';
import type { Observer } from '../slots/observe/observer.ts';
import type { ObservedTargets } from '../targets/target-changes.ts';
import { MeteredRequest } from './metered-request.ts';
import { metricsHandler } from './metrics-handler.ts';
import { metricsOf } from './metrics-of.ts';

/** Options of {@link prometheus}. */
export interface PrometheusOptions {
  /**
   * Where the metrics are registered. Default: `register`, the global registry of `prom-client`, so that the
   * handler that serves the metrics of the app serves these as well. Observers of one registry count in the
   * same metrics.
   */
  readonly registry?: Registry | Registry<OpenMetricsContentType>;
}

/** An observer that counts, and serves what it has counted. */
export interface PrometheusObserver extends Observer {
  /**
   * A middleware for Express, Connect and `node:http` that answers GET and HEAD with all that the registry
   * has, 405 to other methods, and 500 where the metrics cannot be collected. It checks no path and no
   * credentials: mount it by `app.get('/metrics', metrics.handler)` where only Prometheus can reach it.
   */
  readonly handler: (req: IncomingMessage, res: ServerResponse) => void;
}

/**
 * An observer that counts requests, and measures messages, for Prometheus. Each metric has the label
 * `gateway`: the option `name` of the gateway, or its `path`. Histograms, in seconds, with the buckets of
 * OpenTelemetry's conventions for MCP: `mcp_server_operation_duration_seconds` and
 * `mcp_client_operation_duration_seconds` (`mcp_method`, `tool`, `error_type`), and
 * `mcp_gateway_first_event_seconds`. Counters: `mcp_gateway_requests_total` (`method`, `status`, `origin`)
 * and `mcp_gateway_decisions_total` (`slot`, `reason`, `mode`). Gauges: `mcp_gateway_requests_in_flight`,
 * `mcp_gateway_streams_open` and `mcp_gateway_target_state` (`target`, `state`). Names that clients and
 * servers make up give at most 250 label sets of each metric and gateway. Needs `prom-client`.
 *
 * @returns An observer for `observe`; one may serve several gateways.
 * @throws {GatewayConfigError} for an unknown option, a value that is no registry, and a registry that has
 * metrics of these names from elsewhere.
 *
 * @example From `examples/observability.ts`:
 * ```ts
 * const metrics = prometheus();
 * ```
 */
export function prometheus(options: PrometheusOptions = {}): PrometheusObserver {
  const { registry = register } = options ?? {};
  const metrics = checkConfig('prometheus', (problems) => {
    if (!problems.keys(options, ['registry'], '{ registry }')) return undefined;
    return metricsOf(problems.at('registry'), registry);
  });
  const report = failureReport();
  const observer: FollowingObserver & PrometheusObserver = {
    handler: metricsHandler(registry, (error) => report('handler', error)),
    [ATTACH](gateway: string, targets: ObservedTargets) {
      metrics.of(gateway);
      metrics.targets.attach(gateway, targets);
    },
    [FOLLOW]({ req }: GatewayContext, gateway: string) {
      return new MeteredRequest(metrics, metrics.of(gateway), req.method);
    },
  };
  return observer;
}

isFactory('prometheus', prometheus);
