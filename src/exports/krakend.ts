export { fromKrakend, toGatewayConfigs } from '../krakend/from-krakend.ts';
export type { KrakendGatewayConfig } from '../krakend/gateway-config.ts';
export { KrakendConfigError, type KrakendProblem } from '../krakend/krakend-config-error.ts';
export type { KrakendListen, KrakendTls } from '../krakend/listen.ts';
export type { KrakendLog } from '../krakend/log.ts';
export type { KrakendNote } from '../krakend/notes.ts';
export type { KrakendAllowance, KrakendReadOptions } from '../krakend/options.ts';
export type { KrakendGateway } from '../krakend/run-document.ts';
