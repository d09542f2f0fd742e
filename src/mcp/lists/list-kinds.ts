import { KnownMembers } from '../message/known-members.ts';

/** One kind of list that a server offers, and of the items in it. */
export interface ListKind {
  /** The method that asks for the list. */
  readonly method: string;
  /** The member of the result that holds the list. */
  readonly member: string;
  /** The method that asks for one of the items. */
  readonly itemMethod: string;
  /** The member of an item that names it. A template stands for the resources that it may become. */
  readonly key: string;
  /** `key` as the only known member of an item. */
  readonly itemMembers: KnownMembers;
}

const kind = (method: string, member: string, itemMethod: string, key: string): ListKind => ({
  method,
  member,
  itemMethod,
  key,
  itemMembers: new KnownMembers([key]),
});

/**
 * The lists whose items are asked for by name. Where several kinds have the same `itemMethod`, the `key` of
 * the first is the member of `params` of that method.
 */
export const LIST_KINDS: readonly ListKind[] = [
  kind('tools/list', 'tools', 'tools/call', 'name'),
  kind('prompts/list', 'prompts', 'prompts/get', 'name'),
  kind('resources/list', 'resources', 'resources/read', 'uri'),
  kind('resources/templates/list', 'resourceTemplates', 'resources/read', 'uriTemplate'),
];
