import type { Members } from '../fields/field.ts';
import { ignored } from '../fields/without-effect.ts';

/** What exports, or writes, records of requests. */
const NOT_EXPORTED = ignored(
  'nothing is exported from here; give the gateway observe: otel(), prometheus() or accessLog(logger)',
);

/** At a service. */
export const SERVICE_TELEMETRY: Members = {
  'telemetry/gelf': NOT_EXPORTED,
  'telemetry/influx': NOT_EXPORTED,
  'telemetry/logging': ignored(
    'this package writes no log by itself; give the gateway observe: accessLog(logger)',
  ),
  'telemetry/logstash': NOT_EXPORTED,
  'telemetry/metrics': NOT_EXPORTED,
  'telemetry/moesif': NOT_EXPORTED,
  'telemetry/newrelic': NOT_EXPORTED,
  'telemetry/opencensus': NOT_EXPORTED,
  'telemetry/opentelemetry': NOT_EXPORTED,
  'telemetry/opentelemetry-security': NOT_EXPORTED,
};
