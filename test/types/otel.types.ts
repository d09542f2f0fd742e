import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import type { GatewayConfig, Observer } from 'express-mcp-gateway';
import { type OtelOptions, otel, type ParentMode } from 'express-mcp-gateway/otel';
import { same, typed } from './same.ts';

export function options(tracerProvider: TracerProvider, meterProvider: MeterProvider): void {
  const all: OtelOptions = { tracerProvider, meterProvider, parent: 'link' };
  typed<Observer>()(otel());
  typed<Observer>()(otel(all));
  same<ParentMode, 'remote' | 'link'>();
  const config: GatewayConfig = {
    target: 'https://server.example/mcp',
    observe: [otel(all), { onClose: () => {} }],
  };
  // @ts-expect-error -- there is no such mode
  otel({ parent: 'local' });
  // @ts-expect-error -- the provider, not the tracer
  otel({ tracerProvider: tracerProvider.getTracer('gateway') });
  // @ts-expect-error -- an option that there is not
  otel({ propagator: undefined });
  return void config;
}
