import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { anything, count, flag, listOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';

const DEFAULT_IP_HEADERS = ['X-Forwarded-For', 'X-Real-IP'];

/** What is read of it. */
export type RouterValues = Given<{
  disable_health: boolean;
  forwarded_by_client_ip: boolean;
  health_path: string;
  max_payload: number;
  trusted_proxies: readonly string[];
}>;

/** How the server takes requests. */
export const ROUTER: Field<RouterValues> = object<RouterValues>({
  app_engine: refused('it believes a header of Google App Engine from anybody; take it out'),
  auto_options: ignored(),
  decompress_gzip: ignored(
    'a compressed body goes upstream as it is, or gets 415 where it is read',
  ),
  disable_access_log: ignored(),
  disable_gzip: ignored(),
  disable_handle_method_not_allowed: ignored(),
  disable_health: flag,
  disable_path_decoding: ignored(),
  disable_redirect_fixed_path: ignored(),
  disable_redirect_trailing_slash: ignored(),
  error_body: {
    ...object({
      404: ignored('refusals have the body of this package'),
      405: ignored('refusals have the body of this package'),
    }),
    kind: 'ignored',
  },
  forwarded_by_client_ip: flag,
  health_path: text,
  hide_version_header: ignored(),
  logger_skip_paths: ignored(),
  max_multipart_memory: ignored(),
  max_payload: count,
  remote_ip_headers: {
    ...anything,
    kind: 'refused',
    read(notes, value) {
      const names = Array.isArray(value) ? value.map((name) => String(name).toLowerCase()) : [''];
      const known = DEFAULT_IP_HEADERS.map((name) => name.toLowerCase());
      if (names.every((name) => known.includes(name))) return undefined;
      notes.refuse('only X-Forwarded-For of the proxies in trusted_proxies says an address here');
      return undefined;
    },
  },
  remove_extra_slash: ignored(),
  return_error_msg: ignored(),
  trusted_proxies: listOf(text),
});
