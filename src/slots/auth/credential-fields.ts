import { foldFieldName } from '../../http/field.ts';
import type { AuthenticationScheme } from './authenticator.ts';

/**
 * The fields in which callers bring their credentials, by folded name: those are for the gateway, and
 * never go upstream. A function may go by any of the usual ones, most often the session cookie of the
 * app, and what one authenticator does not read may still be good for another server.
 */
export function credentialFields(schemes: readonly AuthenticationScheme[]): ReadonlySet<string> {
  const own = schemes.flatMap(({ header }) => header ?? []);
  return new Set(['authorization', 'cookie', ...own].map(foldFieldName));
}
