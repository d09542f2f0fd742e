import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  CompositePropagator,
  suppressTracing,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { CountingProcessor } from '../../support/otel/counting-processor.ts';
import type { CollectedMetric, ExportedSpan, OtelKit } from '../../support/otel/kit.ts';

type OwnMeterProvider = Parameters<typeof metrics.setGlobalMeterProvider>[0];

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The SDK 3.x, with an API of its own, newer than that which the gateway's tests use. */
export function kit3(): OtelKit {
  const contextManager = new AsyncLocalStorageContextManager().enable();
  return {
    name: 'SDK 3',
    tracing({ isSampled = true } = {}) {
      const exporter = new InMemorySpanExporter();
      const counter = new CountingProcessor();
      const tracerProvider = new TracerProvider({
        sampler: isSampled ? new AlwaysOnSampler() : new AlwaysOffSampler(),
        spanProcessors: [counter, new SimpleSpanProcessor({ exporter })],
      });
      return {
        tracerProvider,
        get spans() {
          return exporter.getFinishedSpans() as unknown as ExportedSpan[];
        },
        get open() {
          return counter.open;
        },
      };
    },
    metering() {
      const reader = new Reader();
      const meterProvider = new MeterProvider({ readers: [reader] });
      return {
        meterProvider,
        async collect() {
          const { resourceMetrics } = await reader.collect();
          return resourceMetrics.scopeMetrics.flatMap(
            ({ metrics }) => metrics,
          ) as unknown as CollectedMetric[];
        },
      };
    },
    w3c: new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
    suppress: suppressTracing,
    b3: new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
    setGlobals(propagator) {
      context.setGlobalContextManager(contextManager);
      propagation.setGlobalPropagator(propagator);
    },
    unsetGlobals() {
      context.disable();
      propagation.disable();
    },
    setProviders({ tracerProvider }, { meterProvider }) {
      this.unsetProviders();
      trace.setGlobalTracerProvider(tracerProvider);
      // Its own, as an object: the API that this SDK brings differs from the root's in a type.
      metrics.setGlobalMeterProvider(meterProvider as OwnMeterProvider);
    },
    unsetProviders() {
      trace.disable();
      metrics.disable();
    },
  };
}
