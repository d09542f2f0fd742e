import { answerError } from '../answer-error.ts';
import type { Middleware } from '../http/middleware.ts';
import { checkConfig } from '../options/config-problems.ts';

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d+)?$/i;

/**
 * Refuses a request whose `Host` is not one of `hosts` with 403: the server's part of the defence
 * against DNS rebinding. A host without a port stands for that host on any port.
 */
export function allowedHosts(hosts: readonly string[]): Middleware {
  const allowed = checkConfig((problems) => {
    const expected = "a host, with a port or without: 'localhost:3000'";
    const names = problems.list('', hosts, isHost, expected, { atLeast: 1 });
    return new Set(names.map((host) => host.toLowerCase()));
  });

  return function allowedHostsMiddleware(req, res, next) {
    const host = (req.headers.host ?? '').toLowerCase();
    if (allowed.has(host) || allowed.has(host.replace(/:\d*$/, ''))) next();
    else answerError(req, res, 'host_not_allowed');
  };
}

function isHost(value: unknown): value is string {
  return typeof value === 'string' && HOST.test(value);
}
