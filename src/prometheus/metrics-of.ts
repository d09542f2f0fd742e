import type { ConfigProblems } from '../options/config-problems.ts';
import { Metrics, NAMES } from './metrics.ts';
import type { MetricsRegistry } from './metrics-registry.ts';

const METHODS = ['registerMetric', 'getSingleMetric', 'metrics'] as const;

/**
 * The metrics that are there already: a registry has each metric once, for all observers that count in it.
 */
const known = new WeakMap<MetricsRegistry, Metrics>();

/** The metrics of a registry; undefined, with a problem, where it has other metrics of these names. */
export function metricsOf(
  problems: ConfigProblems,
  registry: MetricsRegistry,
): Metrics | undefined {
  if (!isRegistry(registry)) {
    problems.addSecret(registry, 'a Registry of prom-client', 'wrong_type');
    return undefined;
  }
  const metrics = known.get(registry);
  // An app may have cleared the registry.
  if (metrics?.isIn(registry) === true) return metrics;
  const taken = Object.values(NAMES).find((name) => registry.getSingleMetric(name) !== undefined);
  if (taken !== undefined) {
    problems.addSecret(
      registry,
      `a registry that has no ${taken} of somebody else, such as another copy of this package: ` +
        'prometheus({ registry: new Registry() }), and serve that one too',
    );
    return undefined;
  }
  const made = new Metrics(registry);
  known.set(registry, made);
  return made;
}

function isRegistry(value: unknown): value is MetricsRegistry {
  if (typeof value !== 'object' || value === null) return false;
  return METHODS.every((name) => typeof (value as MetricsRegistry)[name] === 'function');
}
