import type { Other, Places } from './other.ts';

export const haproxy: Other = {
  command: 'haproxy',
  version: ['-v'],
  versionIn: /version (\S+)/,
  file: 'haproxy.cfg',
  check: (file) => ['-c', '-f', file],
  run: (file) => ['-db', '-f', file],
};

/** One thread. Without its two options events would wait for 200 ms, and requests outlive their clients. */
export function haproxyConfiguration({ port, upstream }: Places): string {
  return `global
  maxconn 7000
  nbthread 1
defaults
  mode http
  option http-no-delay
  option abortonclose
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout http-keep-alive 1h
frontend clients
  bind 127.0.0.1:${port} backlog 4096
  default_backend mcp
backend mcp
  http-reuse always
  server one 127.0.0.1:${upstream}
`;
}
