import { SpanKind } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** Most spans that are kept, so that a demo that runs for long does not fill the memory. */
const MAX_SPANS = 1_000;

/** The spans of the gateways: kept here, and sent to a collector where the environment names one. */
export class Traces {
  readonly provider: BasicTracerProvider;
  /** A text for people: where the spans go. */
  readonly where: string;
  readonly #spans: ReadableSpan[] = [];

  constructor(endpoint: string | undefined = process.env.OTEL_EXPORTER_OTLP_ENDPOINT) {
    const keep: SpanProcessor = {
      onStart: () => {},
      onEnd: (span) => {
        this.#spans.push(span);
        if (this.#spans.length > MAX_SPANS) this.#spans.shift();
      },
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    // The exporter reads the endpoint from the environment too.
    const send = endpoint
      ? [new BatchSpanProcessor(new OTLPTraceExporter({ timeoutMillis: 2_000 }))]
      : [];
    this.provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'express-mcp-gateway-demo' }),
      spanProcessors: [keep, ...send],
    });
    this.where = endpoint
      ? `sent to ${endpoint}`
      : 'in memory only; OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 sends them to a collector';
  }

  /** Each span of the trace that holds the last span of this name: kind, name, time. */
  lastWith(name: string): string[][] {
    const last = this.#spans.findLast((span) => span.name === name);
    const { traceId } = last?.spanContext() ?? {};
    return this.#spans
      .filter((span) => span.spanContext().traceId === traceId)
      .toSorted((a, b) => a.kind - b.kind)
      .map(({ kind, name: called, duration: [s, ns] }) => [
        SpanKind[kind],
        called,
        `${(s * 1e3 + ns / 1e6).toFixed(1)} ms`,
      ]);
  }

  /** Sends the spans that have not been sent, if the collector is there. */
  async stop(): Promise<void> {
    try {
      await this.provider.shutdown();
    } catch (error) {
      console.error(`Traces were not sent: ${(error as Error).message}`);
    }
  }
}
