import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { anything, count, flag, listOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';

/** The headers with an address that KrakenD reads by default, in this order. */
const IP_HEADERS = ['x-forwarded-for', 'x-real-ip'];

/** Bodies of refusals, by the status. */
type ErrorBody = Given<{ 404: object; 405: object }>;

const BODY: Field<object> = {
  ...anything,
  read(notes, value) {
    notes.warn('the router of fromKrakend has the body of this package; listen.errorBody has this');
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    notes.refuse('write an object here');
    return undefined;
  },
};

/** The values of `router` that are read. */
export type RouterValues = Given<{
  disable_access_log: boolean;
  disable_health: boolean;
  error_body: ErrorBody;
  forwarded_by_client_ip: boolean;
  health_path: string;
  logger_skip_paths: readonly string[];
  max_payload: number;
  remote_ip_headers: readonly string[];
  trusted_proxies: readonly string[];
}>;

/** How the server takes requests. */
export const ROUTER: Field<RouterValues> = object<RouterValues>({
  app_engine: refused('it believes a header of Google App Engine from anybody; take it out'),
  auto_options: ignored(),
  decompress_gzip: ignored(
    'a compressed body goes upstream as it is, or gets 415 where it is read',
  ),
  disable_access_log: flag,
  disable_gzip: ignored(),
  disable_handle_method_not_allowed: ignored(),
  disable_health: flag,
  disable_path_decoding: ignored(),
  disable_redirect_fixed_path: ignored(),
  disable_redirect_trailing_slash: ignored(),
  error_body: object<ErrorBody>({ 404: BODY, 405: BODY }),
  forwarded_by_client_ip: flag,
  health_path: text,
  hide_version_header: ignored(),
  logger_skip_paths: listOf(text),
  max_multipart_memory: ignored(),
  max_payload: count,
  remote_ip_headers: {
    ...listOf(text),
    read(notes, value) {
      const names = listOf(text).read(notes, value);
      const [first = IP_HEADERS[0], ...others] = names?.map((name) => name.toLowerCase()) ?? [];
      // KrakenD takes the first of these headers that is there, and a client can write those that its proxy
      // does not.
      if (first === IP_HEADERS[0] && others.every((name) => IP_HEADERS.includes(name))) {
        return names;
      }
      notes.refuse('only X-Forwarded-For of the proxies in trusted_proxies says an address here');
      return undefined;
    },
  },
  remove_extra_slash: ignored(),
  return_error_msg: ignored(),
  trusted_proxies: listOf(text),
});
