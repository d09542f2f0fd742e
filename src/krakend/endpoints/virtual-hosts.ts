import type { IncomingMessage } from 'node:http';
import type { Notes } from '../notes.ts';
import type { VirtualHostValues } from '../table/virtual-host.ts';

/** The hosts with endpoints of their own, by the names that stand for them in paths. */
export type VirtualHosts = ReadonlyMap<string, string>;

/** The path of an endpoint, and the only host that sees it. */
export interface PlacedPath {
  readonly path: string;
  /** Undefined: all hosts that have no endpoints of their own. */
  readonly host: string | undefined;
}

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z\d_.-]*[a-z\d_-])(?::\d+)?$/;
const ALIAS = /^[a-z0-9_]+$/;

/** Reads `server/virtualhost`; undefined where it is not there. */
export function virtualHostsOf(
  notes: Notes,
  values: VirtualHostValues | undefined,
): VirtualHosts | undefined {
  if (values === undefined) return undefined;
  const { hosts, aliased_hosts: aliases } = values;
  if ((hosts === undefined) === (aliases === undefined)) {
    notes.refuse('write either hosts or aliased_hosts');
    return undefined;
  }
  const place = notes.at(hosts === undefined ? 'aliased_hosts' : 'hosts');
  const pairs: [name: string, host: unknown, notes: Notes][] =
    hosts === undefined
      ? Object.entries(aliases ?? {}).map(([alias, host]) => [alias, host, place.at(alias)])
      : hosts.map((host, i) => [host, host, place.at(i)]);
  if (pairs.length === 0) place.refuse('write the hosts');
  const known = new Map<string, string>();
  for (const [name, given, own] of pairs) {
    const host = typeof given === 'string' ? withoutUsualPort(given.toLowerCase()) : '';
    if (!HOST.test(host)) own.refuse('write a host, with a port where it is not 80 or 443');
    if (hosts === undefined && !ALIAS.test(name)) own.refuse('write an alias of a-z, 0-9 and _');
    if ([...known.values()].includes(host)) own.refuse(`${host} is there twice`);
    known.set(name, host);
  }
  notes.warn(
    'a host of this list sees its own endpoints alone, and /__virtual/ is never asked for directly; any client can write any Host, so it protects nothing by itself',
  );
  return known;
}

/** Takes the host out of the path of an endpoint; undefined where there is no such host. */
export function placePath(
  notes: Notes,
  given: string,
  hosts: VirtualHosts | undefined,
): PlacedPath | undefined {
  const [, name, path = '/'] = /^\/?__virtual(?:\/([^/]*)(\/.*)?)?$/s.exec(given) ?? [];
  const isVirtual = /^\/?__virtual(?:\/|$)/.test(given);
  if (hosts === undefined || !isVirtual) return { path: given, host: undefined };
  const host = hosts.get(name ?? '');
  if (host !== undefined) return { path, host };
  notes.refuse(
    `server/virtualhost has no ${name || 'host'} for this path, so KrakenD never serves it; write one of ${[...hosts.keys()].join(', ')}`,
  );
  return undefined;
}

/** Stands for the host of a request that names two different hosts, in its target and in its Host field. */
export const OTHER_HOST: unique symbol = Symbol('other host');

/** The host that a request is for, in the spelling of a list of hosts. */
export function hostOf({ headers, url = '' }: IncomingMessage): string | typeof OTHER_HOST {
  const host = normal(headers.host ?? '');
  const [, authority] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(url) ?? [];
  return authority === undefined || normal(authority) === host ? host : OTHER_HOST;
}

/** The host in one spelling. A name with a dot at its end is the same name. */
function normal(host: string): string {
  return withoutUsualPort(host.trim().toLowerCase()).replace(/\.(?=$|:\d+$)/, '');
}

function withoutUsualPort(host: string): string {
  return host.replace(/:(?:80|443)$/, '');
}
