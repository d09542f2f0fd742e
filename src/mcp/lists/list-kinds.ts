import { KnownMembers } from '../message/known-members.ts';

/** One kind of list that a server gives, and of things in it. */
export interface ListKind {
  /** The method that asks for the list. */
  readonly method: string;
  /** The member of the result that holds it. */
  readonly member: string;
  /** The method that asks for one of the things in it. */
  readonly itemMethod: string;
  /** The member of an item that names the thing. A template stands for the resources that it may become. */
  readonly key: string;
  /** That member as all that is known in an item. */
  readonly itemMembers: KnownMembers;
}

const kind = (method: string, member: string, itemMethod: string, key: string): ListKind => ({
  method,
  member,
  itemMethod,
  key,
  itemMembers: new KnownMembers([key]),
});

/** The lists whose items are asked for by name. Where several ask by one method, the first has its member of `params` as `key`. */
export const LIST_KINDS: readonly ListKind[] = [
  kind('tools/list', 'tools', 'tools/call', 'name'),
  kind('prompts/list', 'prompts', 'prompts/get', 'name'),
  kind('resources/list', 'resources', 'resources/read', 'uri'),
  kind('resources/templates/list', 'resourceTemplates', 'resources/read', 'uriTemplate'),
];
