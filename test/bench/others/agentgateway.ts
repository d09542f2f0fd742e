import type { Other, Places } from './other.ts';

export const agentgateway: Other = {
  command: 'agentgateway',
  version: ['-V'],
  versionIn: /(\d+\.\d+\S*)/,
  file: 'config.yaml',
  check: (file) => ['--validate-only', '-f', file],
  run: (file) => ['-f', file],
  env: { RUST_LOG: 'error' },
};

/**
 * A route to an HTTP backend. With an MCP backend it would end MCP itself, which is other work than to relay.
 * https://agentgateway.dev/docs/standalone/latest/configuration/static-configuration/
 */
export function agentgatewayConfiguration({ port, upstream }: Places): string {
  return `config:
  adminAddr: 127.0.0.1:0
  statsAddr: 127.0.0.1:0
  readinessAddr: 127.0.0.1:0
  workerThreads: "1"
binds:
- port: ${port}
  listeners:
  - routes:
    - backends:
      - host: 127.0.0.1:${upstream}
`;
}
