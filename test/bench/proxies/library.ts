// The package as it is installed: what the bench has built, not its sources.
import type * as otelModule from '../../../src/exports/otel.ts';
import type * as prometheusModule from '../../../src/exports/prometheus.ts';
import type * as indexModule from '../../../src/index.ts';

const load = <T>(path: string): Promise<T> =>
  import(new URL(path, process.env.BENCH_LIBRARY as string).href);

export const library: typeof indexModule = await load('index.js');

export const loadOtel = (): Promise<typeof otelModule> => load('exports/otel.js');
export const loadPrometheus = (): Promise<typeof prometheusModule> => load('exports/prometheus.js');
