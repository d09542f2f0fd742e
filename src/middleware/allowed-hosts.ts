import { answerError } from '../answer.ts';
import type { Middleware } from '../http/middleware.ts';
import { checkConfig } from '../options/config-problems.ts';

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d+)?$/i;

/**
 * Refuses a request whose `Host` is not one of `hosts` with 403: the server's part of the defence
 * against DNS rebinding. A host without a port stands for that host on any port.
 */
export function allowedHosts(hosts: readonly string[]): Middleware {
  checkConfig((problems) => {
    if (!Array.isArray(hosts) || hosts.length === 0) {
      problems.add('', hosts, "a list of Host values like ['gateway.example', 'localhost:3000']");
      return;
    }
    hosts.forEach((host, i) => {
      if (typeof host !== 'string' || !HOST.test(host)) {
        problems.add(`[${i}]`, host, "a host, with a port or without: 'localhost:3000'");
      }
    });
  });
  const allowed = new Set(hosts.map((host) => host.toLowerCase()));

  return function allowedHostsMiddleware(req, res, next) {
    const host = (req.headers.host ?? '').toLowerCase();
    if (allowed.has(host) || allowed.has(host.replace(/:\d*$/, ''))) next();
    else answerError(req, res, 'host_not_allowed');
  };
}
