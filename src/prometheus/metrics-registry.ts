import type { OpenMetricsContentType, Registry } from 'prom-client';

/** A registry of `prom-client`, for either format. */
export type MetricsRegistry = Registry | Registry<OpenMetricsContentType>;
