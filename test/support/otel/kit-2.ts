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
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { CountingProcessor } from './counting-processor.ts';
import type { CollectedMetric, ExportedSpan, OtelKit } from './kit.ts';

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** The SDK 2.x. */
export function kit2(): OtelKit {
  const contextManager = new AsyncLocalStorageContextManager().enable();
  return {
    name: 'SDK 2',
    tracing({ isSampled = true } = {}) {
      const exporter = new InMemorySpanExporter();
      const counter = new CountingProcessor();
      const tracerProvider = new BasicTracerProvider({
        sampler: isSampled ? new AlwaysOnSampler() : new AlwaysOffSampler(),
        spanProcessors: [counter, new SimpleSpanProcessor(exporter)],
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
      metrics.setGlobalMeterProvider(meterProvider);
    },
    unsetProviders() {
      trace.disable();
      metrics.disable();
    },
  };
}
