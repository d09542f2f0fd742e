import { duration } from '../fields/duration.ts';
import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { flag, listOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';

/** The values of CORS that are read. */
export type CorsValues = Given<{
  allow_origins: readonly string[];
  allow_methods: readonly string[];
  allow_headers: readonly string[];
  expose_headers: readonly string[];
  allow_credentials: boolean;
  max_age: number;
}>;

/** Which web pages may use the endpoints. */
export const CORS: Field<CorsValues> = object<CorsValues>(
  {
    allow_origins: listOf(text),
    allow_methods: listOf(text),
    allow_headers: listOf(text),
    expose_headers: listOf(text),
    allow_credentials: flag,
    allow_private_network: ignored('pages of public networks are not let into private ones'),
    debug: ignored(),
    max_age: duration,
    options_passthrough: refused('preflights are answered here; in KrakenD this ends in 405'),
    options_success_status: ignored(),
  },
  {
    allowed_origins: 'allow_origins is probably meant',
    origins: 'allow_origins is probably meant',
  },
);
