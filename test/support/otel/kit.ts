import type {
  Attributes,
  Context,
  MeterProvider,
  SpanContext,
  SpanStatus,
  TextMapPropagator,
  TracerProvider,
} from '@opentelemetry/api';

/** The members of an exported span that tests use: they are the same in all SDKs. */
export interface ExportedSpan {
  readonly name: string;
  readonly kind: number;
  readonly attributes: Attributes;
  readonly status: SpanStatus;
  readonly parentSpanContext?: SpanContext | undefined;
  readonly links: readonly { readonly context: SpanContext }[];
  readonly startTime: readonly [number, number];
  readonly endTime: readonly [number, number];
  spanContext(): SpanContext;
}

/** A point of a histogram. */
export interface HistogramPoint {
  readonly attributes: Attributes;
  readonly value: {
    readonly count: number;
    readonly buckets: { readonly boundaries: readonly number[] };
  };
}

/** A metric that was collected. */
export interface CollectedMetric {
  readonly descriptor: { readonly name: string; readonly unit: string };
  readonly dataPoints: readonly HistogramPoint[];
}

/** Collects the spans of a test. */
export interface Tracing {
  readonly tracerProvider: TracerProvider;
  readonly spans: readonly ExportedSpan[];
  /** How many spans have begun and not ended. */
  readonly open: number;
}

/** Collects the metrics of a test. */
export interface Metering {
  readonly meterProvider: MeterProvider;
  collect(): Promise<readonly CollectedMetric[]>;
}

/** One SDK of OpenTelemetry. */
export interface OtelKit {
  readonly name: string;
  /** Spans are kept in memory; `isSampled: false` samples none of them. */
  tracing(options?: { readonly isSampled?: boolean }): Tracing;
  metering(): Metering;
  /** W3C trace context and baggage. */
  readonly w3c: TextMapPropagator;
  readonly b3: TextMapPropagator;
  /** In this context no spans are made. */
  suppress(context: Context): Context;
  /** Sets the propagator and the context manager for the process. */
  setGlobals(propagator: TextMapPropagator): void;
  unsetGlobals(): void;
  /** Sets the providers of the process, in place of others. */
  setProviders(tracing: Tracing, metering: Metering): void;
  unsetProviders(): void;
}
