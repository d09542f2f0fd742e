import { foldFieldName } from '../../http/field.ts';
import type { AuthenticationScheme } from './authenticator.ts';

/**
 * The fields in which callers send their credentials, by folded name. They are for the gateway, and never go
 * upstream. `Authorization` and `Cookie` are always among them: a function of the app may read either, most
 * often the session cookie, and credentials that no authenticator here reads may still be good for another
 * server.
 */
export function credentialFields(schemes: readonly AuthenticationScheme[]): ReadonlySet<string> {
  const own = schemes.flatMap(({ header }) => header ?? []);
  return new Set(['authorization', 'cookie', ...own].map(foldFieldName));
}
