import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { count, flag, listOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';

/** The values of `security/http` that are read. */
export type SecurityHttpValues = Given<{
  allowed_hosts: readonly string[];
  allowed_hosts_are_regex: boolean;
  browser_xss_filter: boolean;
  content_security_policy: string;
  content_type_nosniff: boolean;
  custom_frame_options_value: string;
  force_sts_header: boolean;
  frame_deny: boolean;
  referrer_policy: string;
  sts_include_subdomains: boolean;
  sts_seconds: number;
}>;

/** Which hosts are served, and headers for browsers. */
export const SECURITY_HTTP: Field<SecurityHttpValues> = object<SecurityHttpValues>({
  allowed_hosts: listOf(text),
  allowed_hosts_are_regex: flag,
  browser_xss_filter: flag,
  content_security_policy: text,
  content_type_nosniff: flag,
  custom_frame_options_value: text,
  force_sts_header: flag,
  frame_deny: flag,
  host_proxy_headers: refused(
    'any client could say which host it means; leave it out, Host is what counts',
  ),
  hpkp_public_key: ignored(),
  is_development: refused('it switches off the checks of hosts and redirects; take it out'),
  referrer_policy: text,
  ssl_host: ignored('nothing is redirected to https here; do that where TLS ends'),
  ssl_proxy_headers: ignored(
    'KrakenD believes these headers from anybody; here router.trusted_proxies says whose X-Forwarded-Proto counts',
  ),
  ssl_redirect: refused('nothing is redirected to https here; do that where TLS ends'),
  sts_include_subdomains: flag,
  sts_seconds: count,
});
