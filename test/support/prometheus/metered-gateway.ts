import express from 'express';
import { Registry } from 'prom-client';
import { type PrometheusObserver, prometheus } from '../../../src/exports/prometheus.ts';
import { createMcpGateway, type GatewayConfig, type McpGateway } from '../../../src/index.ts';
import { serve } from '../servers.ts';
import { type Witness, witness } from '../witness.ts';

/** A line of a metric: its labels, and its value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MeteredGateway {
  readonly registry: Registry;
  readonly metrics: PrometheusObserver;
  readonly gateway: McpGateway;
  readonly told: Witness;
  readonly port: number;
  readonly url: string;
  /** The samples of a metric; for a histogram, the number of measurements for each label set. */
  samples(name: string): Promise<Sample[]>;
  /** The value of the only sample. */
  value(name: string): Promise<number>;
}

/** A gateway called `front` that is measured. The port serves `/metrics` as well. */
export async function startMetered(
  config: GatewayConfig,
  registry: Registry = new Registry(),
): Promise<MeteredGateway> {
  const metrics = prometheus({ registry });
  const told = witness();
  const gateway = createMcpGateway({ name: 'front', observe: [metrics, told], ...config });
  const app = express();
  app.all('/metrics', metrics.handler);
  app.use(gateway);
  const { port } = await serve(app);
  const samples = (name: string) => samplesOf(registry, name);
  return {
    registry,
    metrics,
    gateway,
    told,
    port,
    url: `http://127.0.0.1:${port}/mcp`,
    samples,
    async value(name) {
      const [sample, ...others] = await samples(name);
      if (sample === undefined || others.length > 0) throw new Error(`${name}: not one sample`);
      return sample.value;
    },
  };
}

/** The samples of a metric of a registry, as they are served. */
export async function samplesOf(
  registry: Pick<Registry, 'metrics'>,
  name: string,
): Promise<Sample[]> {
  const text = await registry.metrics();
  const isHistogram = text.includes(`# TYPE ${name} histogram`);
  const shown = isHistogram ? `${name}_count` : name;
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${shown}{`))
    .map((line) => {
      const end = line.lastIndexOf('}');
      const labels = line.slice(shown.length + 1, end);
      const pairs = labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
      return {
        labels: Object.fromEntries([...pairs].map(([, key = '', value = '']) => [key, value])),
        value: Number(line.slice(end + 2)),
      };
    });
}
