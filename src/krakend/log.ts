import type { RootValues } from './table/root.ts';

/** What the document says of the lines that a server logs for requests. */
export interface KrakendLog {
  /** The lowest level that has a line; undefined: no request has one. */
  readonly level: 'info' | 'warn' | 'error' | undefined;
  /** `'json'` where the document says `logstash`. */
  readonly format: 'text' | 'json';
  /** Paths whose requests have no line. */
  readonly skip: readonly string[];
}

const LEVELS = {
  DEBUG: 'info',
  INFO: 'info',
  WARNING: 'warn',
  ERROR: 'error',
  CRITICAL: 'error',
} as const;

/** Reads the settings of the log. */
export function logOf({ extra_config: extra = {} }: RootValues): KrakendLog {
  const { level = 'INFO', format } = extra['telemetry/logging'] ?? {};
  const { disable_access_log: isMute = false, logger_skip_paths: skip = [] } = extra.router ?? {};
  return {
    level: isMute ? undefined : LEVELS[level],
    format: format === 'logstash' ? 'json' : 'text',
    skip,
  };
}
