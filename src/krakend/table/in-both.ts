import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { count, listOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';

const MERGING = refused('there is one backend with no-op, and nothing to merge; take this out');

/** The values of `proxy` that are read. */
export type ProxyValues = Given<{
  max_payload: number;
}>;

/** What KrakenD does with the messages of an endpoint, or of a backend. */
export const PROXY: Field<ProxyValues> = object<ProxyValues>({
  combiner: MERGING,
  decompress_gzip: ignored('a compressed body goes upstream as it is'),
  flatmap_filter: MERGING,
  max_payload: count,
  sequential: MERGING,
  sequential_propagated_params: MERGING,
  shadow: refused('messages are not sent twice here'),
  static: refused('messages are not changed here'),
});

/** One expression. */
export type CelValues = Given<{ check_expr: string }>;

/** `validation/cel`. */
export const CEL: Field<readonly CelValues[]> = listOf(
  object<CelValues>({ check_expr: text }, { expr: 'check_expr is probably meant' }),
);
