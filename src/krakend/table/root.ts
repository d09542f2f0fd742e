import { duration } from '../fields/duration.ts';
import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { anyText, anything, count, listOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';
import { CLIENT_TLS, type ClientTlsValues, TLS, type TlsValues } from './client-tls.ts';
import { ENDPOINT } from './endpoint.ts';
import { OLD_KEYS } from './old-names.ts';
import { SERVICE_EXTRA, type ServiceExtra } from './service.ts';

const POOL = ignored();

/** The values at the root of a document that are read. */
export type RootValues = Given<{
  client_tls: ClientTlsValues;
  dialer_timeout: number;
  endpoints: readonly unknown[];
  extra_config: ServiceExtra;
  host: readonly string[];
  idle_timeout: number;
  listen_ip: string;
  max_header_bytes: number;
  max_shutdown_wait_time: number;
  output_encoding: string;
  port: number;
  read_header_timeout: number;
  read_timeout: number;
  response_header_timeout: number;
  timeout: number;
  tls: TlsValues;
  version: unknown;
}>;

/** A whole document, except that each of its `endpoints` is read by itself. */
export const ROOT: Field<RootValues> = object<RootValues>(
  {
    allow_insecure_connections: refused(
      'anybody on the way could be the backend; write client_tls with ca_certs instead',
    ),
    async_agent: refused('messages of queues are not read here; take this out'),
    cache_ttl: ignored(),
    client_tls: CLIENT_TLS,
    debug_endpoint: ignored('/__debug is not served'),
    dialer_fallback_delay: POOL,
    dialer_keep_alive: POOL,
    dialer_timeout: duration,
    disable_compression: POOL,
    disable_keep_alives: POOL,
    disable_rest: POOL,
    dns_cache_ttl: POOL,
    echo_endpoint: ignored('/__echo is not served'),
    endpoints: { ...listOf(anything), items: ENDPOINT },
    expect_continue_timeout: POOL,
    extra_config: SERVICE_EXTRA,
    host: listOf(text),
    idle_connection_timeout: POOL,
    idle_timeout: duration,
    listen_ip: text,
    max_header_bytes: count,
    max_idle_connections: POOL,
    max_idle_connections_per_host: POOL,
    max_shutdown_wait_time: duration,
    name: ignored(),
    output_encoding: anyText,
    plugin: refused('plugins of Go do not run here; write a middleware for the option use'),
    port: count,
    read_header_timeout: duration,
    read_timeout: duration,
    response_header_timeout: duration,
    sequential_start: POOL,
    timeout: duration,
    tls: TLS,
    use_h2c: ignored('HTTP/2 without TLS is not served'),
    version: anything,
    write_timeout: ignored('answers are not cut after a time: it would cut every event stream'),
  },
  { ...OLD_KEYS, host_schema: 'write the scheme in host' },
);
