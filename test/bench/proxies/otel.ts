import { context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Observer } from '../../../src/index.ts';
import { loadOtel } from './library.ts';

/** Takes spans and metrics, and sends them nowhere. */
const exporter = {
  export(_exported: unknown, done: (result: { code: ExportResultCode }) => void): void {
    done({ code: ExportResultCode.SUCCESS });
  },
  async forceFlush(): Promise<void> {},
  async shutdown(): Promise<void> {},
};

/** As an app has it: the SDK's own parts, and none of its instrumentations. */
export async function tracing(sampling: 'sampled' | 'unsampled'): Promise<Observer> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const tracerProvider = new BasicTracerProvider({
    sampler: sampling === 'sampled' ? new AlwaysOnSampler() : new AlwaysOffSampler(),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter })],
  });
  const { otel } = await loadOtel();
  return otel({ tracerProvider, meterProvider });
}
