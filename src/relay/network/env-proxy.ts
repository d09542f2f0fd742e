const FLAG = '--use-env-proxy';

/**
 * Whether Node is told to use the proxies that the environment names: `NODE_USE_ENV_PROXY=1`, or
 * `--use-env-proxy` in its arguments or in `NODE_OPTIONS`.
 */
export function isEnvProxyUsed(): boolean {
  const { NODE_USE_ENV_PROXY, NODE_OPTIONS = '' } = process.env;
  const flags = [...NODE_OPTIONS.split(/\s+/), ...process.execArgv];
  return NODE_USE_ENV_PROXY === '1' || flags.includes(FLAG);
}
