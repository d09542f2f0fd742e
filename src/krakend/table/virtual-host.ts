import type { Field, Given } from '../fields/field.ts';
import { object } from '../fields/object.ts';
import { anyObject, listOf, text } from '../fields/values.ts';

/** The values of hosts with endpoints of their own that are read. */
export type VirtualHostValues = Given<{
  aliased_hosts: object;
  hosts: readonly string[];
}>;

/** Hosts with endpoints of their own. */
export const VIRTUAL_HOST: Field<VirtualHostValues> = object<VirtualHostValues>({
  aliased_hosts: anyObject,
  hosts: listOf(text),
});
