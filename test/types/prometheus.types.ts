import { createServer, type RequestListener } from 'node:http';
import type { RequestHandler } from 'express';
import type { GatewayConfig, Observer } from 'express-mcp-gateway';
import {
  type PrometheusObserver,
  type PrometheusOptions,
  prometheus,
} from 'express-mcp-gateway/prometheus';
import { type OpenMetricsContentType, Registry } from 'prom-client';
import { typed } from './same.ts';

export function options(): void {
  const all: PrometheusOptions = { registry: new Registry() };
  const metrics = prometheus(all);
  typed<PrometheusObserver>()(prometheus());
  const observer: Observer = metrics;
  const onNode: RequestListener = metrics.handler;
  const inExpress: RequestHandler = metrics.handler;
  createServer(metrics.handler);
  const config: GatewayConfig = {
    target: 'https://server.example/mcp',
    observe: [metrics, { onClose: () => {} }],
  };
  prometheus({ registry: new Registry<OpenMetricsContentType>() });
  // @ts-expect-error -- a registry, not a name of one
  prometheus({ registry: 'global' });
  // @ts-expect-error -- an option that there is not
  prometheus({ prefix: 'app_' });
  return void [observer, config, onNode, inExpress];
}
