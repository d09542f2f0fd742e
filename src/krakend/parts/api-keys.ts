import { hash } from 'node:crypto';
import { isFieldName } from '../../http/field.ts';
import { type ApiKey, type ApiKeyOptions, apiKey } from '../../slots/auth/api-key.ts';
import type { AuthenticationScheme } from '../../slots/auth/authenticator.ts';
import type { Notes } from '../notes.ts';
import type { ApiKeysValues } from '../table/service.ts';
import { written } from '../written.ts';
import type { Source } from './config-parts.ts';
import { notedOr } from './noted.ts';

/** API keys of an endpoint, and the roles of which a caller needs one. */
export interface EndpointKeys {
  readonly scheme: AuthenticationScheme | undefined;
  /** Empty: every key is accepted. */
  readonly roles: readonly string[];
}

/** The API keys of an endpoint; undefined where it asks for no key. */
export function apiKeysOf({
  group: [endpoint],
  service,
  serviceNotes,
}: Source): EndpointKeys | undefined {
  const own = endpoint.extra['auth/api-keys'];
  const notes = endpoint.extraNotes.at('auth/api-keys');
  const shared = service['auth/api-keys'];
  if (own === undefined) {
    const { 'auth/basic': users, 'auth/validator': validator } = endpoint.extra;
    if (shared !== undefined && users === undefined && validator === undefined) {
      notes.warn('the document has keys, and this endpoint asks for none, as in KrakenD');
    }
    return undefined;
  }
  if (shared === undefined) {
    notes.refuse('the document names no keys; write them in its extra_config["auth/api-keys"]');
    return undefined;
  }
  const { roles } = own;
  if (roles === undefined)
    notes.at('roles').refuse('write the roles that may come in, or [] for all');
  else if (roles.length === 0) notes.at('roles').warn('every key of the document may come in');
  const place = serviceNotes.at('auth/api-keys');
  if ((own.strategy ?? shared.strategy ?? 'header') !== 'header') {
    (own.strategy === undefined ? place : notes)
      .at('strategy')
      .refuse('a key in a URL ends up in logs; write header');
  }
  const header = own.identifier ?? shared.identifier ?? 'Authorization';
  checkRoleHeader(place.at('propagate_role'), shared.propagate_role, header);
  const keys = keysOf(place, shared);
  const scheme =
    keys.length === 0 ? undefined : notedOr(place, () => writtenKeys({ keys, header }));
  return { scheme, roles: roles ?? [] };
}

function writtenKeys(options: ApiKeyOptions): AuthenticationScheme {
  return written(apiKey(options), {
    call: 'apiKey',
    from: 'express-mcp-gateway',
    args: [options],
  });
}

function checkRoleHeader(notes: Notes, name: string | undefined, keyHeader: string): void {
  if (name === undefined || name === '') return;
  if (!isFieldName(name)) notes.refuse('write the name of a header, like X-Role');
  if (name.toLowerCase() === keyHeader.toLowerCase()) {
    notes.refuse('this header holds the key; write another one for the role');
  }
}

function keysOf(notes: Notes, { hash: kind = 'plain', keys = [] }: ApiKeysValues): ApiKey[] {
  if (kind === 'fnv128' || kind === 'sha1') {
    notes.at('hash').refuse(`${kind} can be broken; write sha256`);
    return [];
  }
  if (kind === 'plain')
    notes.at('hash').warn('keys stand in the document in the clear; write sha256');
  if (keys.length === 0) notes.at('keys').refuse('write the keys');
  return keys.flatMap(({ key, roles = [] }, i) => {
    if (key === undefined) {
      notes.at('keys').at(i).at('key').refuse('write the key');
      return [];
    }
    const sha256 = kind === 'plain' ? hash('sha256', key, 'hex') : key.toLowerCase();
    return [{ sha256, subject: `api-key-${sha256.slice(0, 16)}`, scopes: [...roles] }];
  });
}
