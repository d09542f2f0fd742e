import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { anyObject, text } from '../fields/values.ts';

/** The values of `auth/basic` that are read. */
export type BasicValues = Given<{ htpasswd_path: string; users: object }>;

/** Users and their passwords. */
export const BASIC: Field<BasicValues> = object<BasicValues>({
  htpasswd_path: text,
  users: anyObject,
});
