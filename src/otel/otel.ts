import { type MeterProvider, type TracerProvider, trace } from '@opentelemetry/api';
import type { GatewayContext } from '../gateway-context.ts';
import { checkConfig } from '../options/config-problems.ts';
import { isFactory } from '../options/factories.ts';
import { FOLLOW, type FollowingObserver } from '../slots/observe/follower.ts';
import type { Observer } from '../slots/observe/observer.ts';
import { Durations } from './durations.ts';
import type { ParentMode } from './parents.ts';
import { SCOPE } from './scope.ts';
import { TracedRequest } from './traced-request.ts';

/** Options of {@link otel}. */
export interface OtelOptions {
  /** Where spans go. Default: the global one of `@opentelemetry/api`, whenever it is set. */
  readonly tracerProvider?: TracerProvider;
  /** Where metrics go. Default: the global one of `@opentelemetry/api`, whenever it is set. */
  readonly meterProvider?: MeterProvider;
  /**
   * How the gateway uses spans that a client names as the ones around its request. `'remote'`: they are the
   * parents, so that all is one trace. `'link'`: the gateway begins traces of its own, with links to them;
   * for clients whose spans never arrive where the gateway's do, or that must not decide on sampling.
   * Default: `'remote'`.
   */
  readonly parent?: ParentMode;
}

const OPTIONS = ['tracerProvider', 'meterProvider', 'parent'];

/**
 * An observer that makes spans and metrics by OpenTelemetry's conventions for MCP: a SERVER span for each
 * message, below it a CLIENT span where the message was sent upstream, which is the active one while that
 * request is made; and the histograms `mcp.server.operation.duration` and `mcp.client.operation.duration`.
 * Needs `@opentelemetry/api`. No argument, result or credential is in any of it; names that clients make up
 * are bounded in metrics.
 *
 * @returns An observer for `observe`; one may serve several gateways.
 * @throws {GatewayConfigError} for an unknown option, and a value that is no provider.
 * @see https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
 *
 * @example From `examples/observability.ts`:
 * ```ts
 * const gateway = createMcpGateway({
 *   name: 'tickets',
 *   target: MCP_TARGET,
 *   observe: [otel(), metrics, accessLog(pino())],
 * });
 * ```
 */
export function otel(options: OtelOptions = {}): Observer {
  checkConfig('otel', (problems) => {
    if (!problems.keys(options, OPTIONS, '{ tracerProvider, meterProvider }')) return;
    const { tracerProvider, meterProvider, parent = 'remote' } = options;
    if (!has(tracerProvider, 'getTracer')) {
      problems
        .at('tracerProvider')
        .addSecret(tracerProvider, 'a TracerProvider, with getTracer', 'wrong_type');
    }
    if (!has(meterProvider, 'getMeter')) {
      problems
        .at('meterProvider')
        .addSecret(meterProvider, 'a MeterProvider, with getMeter', 'wrong_type');
    }
    if (parent !== 'remote' && parent !== 'link') {
      problems.at('parent').add(parent, "'remote' or 'link'");
    }
  });
  const { tracerProvider = trace, parent: mode = 'remote' } = options;
  const durations = new Durations(options.meterProvider);
  const observer: FollowingObserver = {
    [FOLLOW](ctx: GatewayContext, gateway: string) {
      // Asked for at each request, since an app may set another provider at any time. SDKs remember the
      // tracer.
      const tracer = tracerProvider.getTracer(SCOPE);
      return new TracedRequest({ tracer, durations, mode }, ctx, gateway);
    },
  };
  return observer;
}

isFactory('otel', otel);

function has(value: unknown, name: string): boolean {
  if (value === undefined) return true;
  return typeof (value as Record<string, unknown> | null)?.[name] === 'function';
}
