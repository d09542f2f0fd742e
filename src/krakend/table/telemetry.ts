import type { Field, Given, Members } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { anyText, oneOf } from '../fields/values.ts';
import { ignored } from '../fields/without-effect.ts';

/** Namespaces that export, or write, records of requests. */
const NOT_EXPORTED = ignored(
  'nothing is exported from here; give the gateway observe: otel(), prometheus() or accessLog(logger)',
);

/** The values of the log that are read. */
export type LoggingValues = Given<{
  format: string;
  level: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';
}>;

const FORMAT = ignored('a line is a text, or an object of JSON where format is logstash');

const LINES: Field<LoggingValues> = object<LoggingValues>({
  access_log_custom_format: FORMAT,
  access_log_format: FORMAT,
  access_log_missing_key_marker: ignored(),
  backend: ignored(),
  custom_format: FORMAT,
  format: anyText,
  level: oneOf('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'),
  prefix: ignored(),
  stdout: ignored(),
  syslog: ignored('nothing is sent to syslog; lines go to the standard output'),
  syslog_facility: ignored(),
});

/** Lines of a log. */
const LOGGING: Field<LoggingValues> = {
  ...LINES,
  read(notes, value) {
    notes.warn(
      'this package writes no log by itself; give fromKrakend observe: accessLog(logger), listen.log says how',
    );
    return LINES.read(notes, value);
  },
};

/** The telemetry of a service. */
export const SERVICE_TELEMETRY: Members & {
  readonly 'telemetry/logging': Field<LoggingValues>;
} = {
  'telemetry/gelf': NOT_EXPORTED,
  'telemetry/influx': NOT_EXPORTED,
  'telemetry/logging': LOGGING,
  'telemetry/logstash': NOT_EXPORTED,
  'telemetry/metrics': NOT_EXPORTED,
  'telemetry/moesif': NOT_EXPORTED,
  'telemetry/newrelic': NOT_EXPORTED,
  'telemetry/opencensus': NOT_EXPORTED,
  'telemetry/opentelemetry': NOT_EXPORTED,
  'telemetry/opentelemetry-security': NOT_EXPORTED,
};
