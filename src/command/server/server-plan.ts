import type { KrakendListen } from '../../krakend/listen.ts';

/** The settings of a server. Documents of KrakenD say all of them. */
export type ServerPlan = KrakendListen;

/** The settings for files that say nothing of the server. */
export const DEFAULT_PLAN: ServerPlan = {
  port: 8080,
  host: undefined,
  tls: undefined,
  limits: {},
  maxHeaderSize: undefined,
  graceMs: undefined,
  healthPath: '/__health',
  errorBody: {},
  log: { level: 'info', format: 'text', skip: [] },
};
