import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { flag, listOf, text } from '../fields/values.ts';
import { refused } from '../fields/without-effect.ts';

/** The values of a filter of addresses that are read. */
export type IpFilterValues = Given<{
  CIDR: readonly string[];
  allow: boolean;
  client_ip_headers: readonly string[];
  trusted_proxies: readonly string[];
}>;

/** Which addresses are let in, or are not. */
export const IP_FILTER: Field<IpFilterValues> = object<IpFilterValues>({
  CIDR: listOf(text),
  allow: flag,
  client_ip_headers: listOf(text),
  trusted_proxies: listOf(text),
});

const other = (does: string, instead: string) => refused(`${does}; ${instead}`);

/** The plugins of the server that are read. */
export type HttpServerPlugins = Given<{
  name: readonly string[];
  'ip-filter': IpFilterValues;
}>;

/** Plugins of the server; `name` says which of them run. */
export const HTTP_SERVER_PLUGINS: Field<HttpServerPlugins> = object<HttpServerPlugins>({
  name: listOf(text),
  geoip: other('countries are not told apart here', 'write ipFilter, or a function as a policy'),
  'ip-filter': IP_FILTER,
  'jwk-aggregator': other(
    'several key servers are not made one here',
    'write auth with one jwt() for each issuer',
  ),
  'redis-ratelimit': other('limits in Redis are not read', 'write rateLimit with a store'),
  'static-filesystem': other('files are not served here', 'write express.static'),
  'url-rewrite': other('paths are not rewritten here', 'write the endpoints as they are called'),
  virtualhost: other('this is an older name', 'write extra_config["server/virtualhost"]'),
  wildcard: other('endpoints have no wildcards here', 'write each endpoint'),
});
