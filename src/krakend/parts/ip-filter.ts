import type { IpFilterOptions } from '../../slots/ip-filter.ts';
import type { Source } from './config-parts.ts';
import { proxiesOf } from './trusted-proxies.ts';

/** `ipFilter` of a gateway; undefined where the document has no filter of addresses. */
export function ipFilterOf({ service, serviceNotes }: Source): IpFilterOptions | undefined {
  const plugins = service['plugin/http-server'];
  if (plugins === undefined) return undefined;
  const notes = serviceNotes.at('plugin/http-server');
  const { name: names = [], 'ip-filter': filter } = plugins;
  for (const [i, name] of names.entries()) {
    if (name !== 'ip-filter') {
      notes
        .at('name')
        .at(i)
        .refuse(`the plugin ${name} does not run here; write a middleware for use`);
    }
  }
  if (names.includes('ip-filter') !== (filter !== undefined)) {
    notes.refuse('KrakenD runs a plugin that is in name and has its own key; write both, or none');
  }
  if (filter === undefined) return undefined;
  const place = notes.at('ip-filter');
  const { CIDR: networks = [], allow, client_ip_headers: headers = [] } = filter;
  if (networks.length === 0) place.at('CIDR').refuse('write the networks, like 10.0.0.0/8');
  if (allow === undefined) place.at('allow').refuse('write whether these networks are allowed');
  if (headers.some((name) => name.toLowerCase() !== 'x-forwarded-for')) {
    place
      .at('client_ip_headers')
      .refuse('only X-Forwarded-For of trusted proxies is believed here');
  }
  const trusted = proxiesOf(service);
  const own = filter.trusted_proxies;
  if (own === undefined && trusted.length === 0) {
    place
      .at('trusted_proxies')
      .warn('the address is that of the connection, also where a proxy sends X-Forwarded-For');
  }
  if (!isSame(own ?? trusted, trusted)) {
    place
      .at('trusted_proxies')
      .refuse('write the same proxies in router.trusted_proxies: an address is one for all');
  }
  return allow === true ? { allow: networks } : { deny: networks };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((own) => other.includes(own));
}
