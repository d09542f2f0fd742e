import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { Express } from 'express';
import { type OtelOptions, otel } from '../../../src/exports/otel.ts';
import type { GatewayConfig } from '../../../src/index.ts';
import { startGateway, type TestGateway } from '../gateway.ts';
import { type RecordingUpstream, recordingUpstream } from '../upstream.ts';
import { type Witness, witness } from '../witness.ts';
import type { ExportedSpan, Metering, OtelKit, Tracing } from './kit.ts';

export type Respond = (req: IncomingMessage, res: ServerResponse, body: Buffer) => void;

export interface TracedGateway {
  readonly gateway: TestGateway;
  readonly upstream: RecordingUpstream;
  readonly tracing: Tracing;
  readonly metering: Metering;
  readonly observer: Witness;
  /** Sends a message, and waits until its record is complete. */
  post(message: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The spans of one kind, in the order in which they ended. */
  spans(kind: SpanKind): ExportedSpan[];
}

export interface TracedOptions {
  readonly respond?: Respond;
  readonly config?: Partial<GatewayConfig>;
  readonly otel?: OtelOptions;
  readonly isSampled?: boolean;
  /** The span that is active when the gateway is called. */
  readonly active?: SpanContext;
  /** Mounts middleware in front of the gateway. */
  readonly prepare?: (app: Express) => void;
}

/** A gateway that is traced by a kit, in front of an upstream that answers with `respond`. */
export async function startTraced(
  kit: OtelKit,
  options: TracedOptions = {},
): Promise<TracedGateway> {
  const { respond, active, isSampled = true } = options;
  const tracing = kit.tracing({ isSampled });
  const metering = kit.metering();
  const { tracerProvider } = tracing;
  const { meterProvider } = metering;
  const upstream = await recordingUpstream(respond ?? answer({ result: {} }));
  const observer = witness();
  const gateway = await startGateway(
    {
      name: 'front',
      target: upstream.target,
      observe: [otel({ tracerProvider, meterProvider, ...options.otel }), observer],
      ...options.config,
    },
    (app) => {
      options.prepare?.(app);
      if (active === undefined) return;
      app.use((_req, _res, next) => {
        context.with(trace.setSpanContext(ROOT_CONTEXT, active), next);
      });
    },
  );
  let count = 0;
  return {
    gateway,
    upstream,
    tracing,
    metering,
    observer,
    async post(message, headers = {}) {
      const response = await fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', connection: 'close', ...headers },
        body: typeof message === 'string' ? message : JSON.stringify(message),
      });
      const body = await response.text();
      await observer.record(count++);
      return new Response(body === '' ? null : body, response);
    },
    spans: (kind) => tracing.spans.filter((span) => span.kind === kind),
  };
}

/** Answers each request with this member, as JSON, or as an event stream. */
export function answer(
  member: object,
  { asStream = false }: { readonly asStream?: boolean } = {},
): Respond {
  return (_req, res, body) => {
    const asked = JSON.parse(body.toString() || '{}');
    const one = (id: unknown) => ({ jsonrpc: '2.0', id, ...member });
    const given = Array.isArray(asked) ? asked.map(({ id }) => one(id)) : one(asked.id);
    res.setHeader('Content-Type', asStream ? 'text/event-stream' : 'application/json');
    const text = JSON.stringify(given);
    res.end(asStream ? `event: message\ndata: ${text}\n\n` : text);
  };
}

/** A request of this method. */
export function message(method: string, params?: object, id: unknown = 1): object {
  return { jsonrpc: '2.0', id, method, ...(params && { params }) };
}

/** A made-up span of another program. */
export function spanOf(digit: string, more: Partial<SpanContext> = {}): SpanContext {
  return {
    traceId: digit.repeat(32),
    spanId: digit.repeat(16),
    traceFlags: TraceFlags.SAMPLED,
    ...more,
  };
}

/** The text that names a span in a header, or in a member of `_meta`. */
export function traceparent({ traceId, spanId }: SpanContext): string {
  return `00-${traceId}-${spanId}-01`;
}

export const SERVER: SpanKind.SERVER = SpanKind.SERVER;
export const CLIENT: SpanKind.CLIENT = SpanKind.CLIENT;
