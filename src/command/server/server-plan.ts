import type { KrakendListen } from '../../krakend/listen.ts';

/** What a server is to be. Documents of KrakenD say all of it. */
export type ServerPlan = KrakendListen;

/** For what says nothing of the server. */
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
