import type { AuthenticationScheme } from '../../slots/auth/authenticator.ts';
import { basicScheme } from '../basic/basic-scheme.ts';
import { usersOf } from '../basic/users.ts';
import type { Notes } from '../notes.ts';
import type { BasicValues } from '../table/basic.ts';
import type { Source } from './config-parts.ts';

/** The authenticator of `auth/basic`; undefined where an endpoint asks for no password. */
export function basicOf({
  group: [endpoint],
  service,
  serviceNotes,
}: Source): readonly AuthenticationScheme[] | undefined {
  const { 'auth/basic': own, 'auth/api-keys': keys, 'auth/validator': validator } = endpoint.extra;
  const notes = endpoint.extraNotes.at('auth/basic');
  const shared = service['auth/basic'];
  if (own === undefined) {
    if (shared !== undefined && keys === undefined && validator === undefined) {
      notes.warn('the document has users, and this endpoint asks for no password');
    }
    return undefined;
  }
  if (isEmpty(own)) return schemesOf(serviceNotes.at('auth/basic'), shared ?? {}, notes);
  if (shared !== undefined && !isEmpty(shared)) {
    notes.warn('only the users of the endpoint come in, and not those of the service');
  }
  return schemesOf(notes, own, notes);
}

function isEmpty({ htpasswd_path: file, users }: BasicValues): boolean {
  return file === undefined && users === undefined;
}

function schemesOf(place: Notes, values: BasicValues, notes: Notes): AuthenticationScheme[] {
  const users = usersOf(place, values);
  if (users.size === 0) {
    notes.refuse('there is no user; write htpasswd_path or users, here or for the whole service');
    return [];
  }
  try {
    return [basicScheme(users)];
  } catch {
    notes.refuse('it needs bcryptjs beside this package: npm install bcryptjs');
    return [];
  }
}
