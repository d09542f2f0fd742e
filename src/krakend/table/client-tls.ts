import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { flag, listOf, oneOf, text } from '../fields/values.ts';
import { refused } from '../fields/without-effect.ts';

const VERSION: Field<string> = oneOf('SSL3.0', 'TLS10', 'TLS11', 'TLS12', 'TLS13');

const NUMBERS = refused('ciphers by number are not read; those of Node are used, take this out');

/** The values of TLS towards backends that are read. */
export type ClientTlsValues = Given<{
  ca_certs: readonly string[];
  client_certs: readonly Given<{ certificate: string; private_key: string }>[];
  disable_system_ca_pool: boolean;
  max_version: string;
  min_version: string;
}>;

/** TLS towards backends. */
export const CLIENT_TLS: Field<ClientTlsValues> = object<ClientTlsValues>({
  allow_insecure_connections: refused(
    'anybody on the way could be the backend; name its authority in ca_certs instead',
  ),
  ca_certs: listOf(text),
  cipher_suites: NUMBERS,
  client_certs: listOf(
    object<Given<{ certificate: string; private_key: string }>>({
      certificate: text,
      private_key: text,
    }),
  ),
  curve_preferences: NUMBERS,
  disable_system_ca_pool: flag,
  max_version: VERSION,
  min_version: VERSION,
});

/** The values of TLS of the server that are read. */
export type TlsValues = Given<{
  ca_certs: readonly string[];
  disable_system_ca_pool: boolean;
  disabled: boolean;
  enable_mtls: boolean;
  keys: readonly Given<{ private_key: string; public_key: string }>[];
  private_key: string;
  public_key: string;
  max_version: string;
  min_version: string;
}>;

/** TLS of the server. */
export const TLS: Field<TlsValues> = object<TlsValues>({
  ca_certs: listOf(text),
  cipher_suites: NUMBERS,
  curve_preferences: NUMBERS,
  disable_system_ca_pool: flag,
  disabled: flag,
  enable_mtls: flag,
  keys: listOf(
    object<Given<{ private_key: string; public_key: string }>>({
      private_key: text,
      public_key: text,
    }),
  ),
  private_key: text,
  public_key: text,
  max_version: VERSION,
  min_version: VERSION,
});
