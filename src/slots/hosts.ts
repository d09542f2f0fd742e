import { answerError } from '../answer-error.ts';
import type { Middleware } from '../http/middleware.ts';
import type { ConfigProblems } from '../options/config-problems.ts';
import type { Slot } from './slot.ts';

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d+)?$/i;

/** Reads the names of hosts, in lower case. */
export function readHosts(problems: ConfigProblems, hosts: unknown): ReadonlySet<string> {
  const expected = "a host, with a port or without: 'localhost:3000'";
  const names = problems.list(hosts, isHost, expected, { atLeast: 1 });
  return new Set(names.map((host) => host.toLowerCase()));
}

/**
 * Refuses a request whose `Host` is not allowed with 403: the server's part of the defence
 * against DNS rebinding. A host without a port stands for that host on any port.
 */
export function allowHosts(allowed: ReadonlySet<string>): Middleware {
  return function allowHostsMiddleware(req, res, next) {
    const host = (req.headers.host ?? '').toLowerCase();
    if (allowed.has(host) || allowed.has(host.replace(/:\d*$/, ''))) next();
    else answerError(req, res, 'host_not_allowed');
  };
}

function isHost(value: unknown): value is string {
  return typeof value === 'string' && HOST.test(value);
}

/** The slot. */
export const hosts: Slot<
  { readonly hosts?: readonly string[] | false },
  ReadonlySet<string>,
  'hosts'
> = {
  name: 'hosts',
  options: ['hosts'],
  read: (problems, { hosts: value = false }) =>
    value === false ? undefined : readHosts(problems.at('hosts'), value),
  build: (allowed) => allowHosts(allowed),
};
