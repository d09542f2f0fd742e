/**
 * Bounds of the buckets of durations, in seconds: those that the conventions advise.
 *
 * @see OpenTelemetry, conventions for MCP, "Metrics"
 */
export const BOUNDARIES: readonly number[] = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300,
];
