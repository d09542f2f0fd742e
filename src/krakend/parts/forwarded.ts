import { foldFieldName, isFieldName } from '../../http/field.ts';
import { isHopByHop } from '../../http/hop-by-hop.ts';
import type { AuthenticationScheme } from '../../slots/auth/authenticator.ts';
import { credentialFields } from '../../slots/auth/credential-fields.ts';
import type { Notes } from '../notes.ts';
import type { Source } from './config-parts.ts';
import { isStandard } from './header-plan.ts';

/** Headers that go upstream with values of the gateway. */
const MADE_HERE: ReadonlySet<string> = new Set(['x-forwarded-for', 'x-forwarded-host']);
/**
 * The headers in which callers send their credentials, by folded name; undefined where the endpoint asks for
 * none.
 */
type Credentials = ReadonlySet<string> | undefined;

/** The client's headers that go upstream besides those of MCP. */
export function forwardedOf(
  { group: [endpoint] }: Source,
  schemes: readonly AuthenticationScheme[] | undefined,
): string[] {
  const { values, backend } = endpoint;
  const credentials = schemes && credentialFields(schemes);
  const listed = namesOf(endpoint.notes.at('input_headers'), values.input_headers, credentials);
  const second = backend.values.input_headers ?? [];
  if (second.length === 0 || second.includes('*')) return listed;
  const place = backend.notes.at('input_headers');
  place.warn('the headers of MCP pass as well; KrakenD drops Content-Type here too');
  const own = namesOf(place, second, credentials);
  if (listed.includes('*')) return own;
  const lower = new Set(listed.map((name) => name.toLowerCase()));
  return own.filter((name) => lower.has(name.toLowerCase()));
}

function namesOf(notes: Notes, names: readonly string[] = [], credentials: Credentials): string[] {
  if (names.includes('*')) {
    notes.warn(
      credentials !== undefined
        ? 'input_headers "*" does not cover Authorization and Cookie here: tokens are for the gateway'
        : 'input_headers "*" covers Authorization and Cookie, as in KrakenD: the backend gets the credentials of clients; headers of a connection do not pass',
    );
    return credentials !== undefined ? ['*'] : ['*', 'Authorization', 'Cookie'];
  }
  return names.filter((name, i) => passes(notes.at(i), name, credentials));
}

function passes(notes: Notes, name: string, credentials: Credentials): boolean {
  const lower = name.toLowerCase();
  if (isStandard(name) || MADE_HERE.has(lower)) return false;
  if (!isFieldName(name) || name.includes('*')) {
    notes.refuse('write the name of one header, or "*" for all');
    return false;
  }
  if (credentials?.has(foldFieldName(name)) === true) {
    notes.refuse(
      'tokens are for the gateway: where it authenticates, they do not go to the backend',
    );
    return false;
  }
  if (isHopByHop(lower) || lower === 'host' || lower === 'content-length' || lower === 'expect') {
    notes.warn('it belongs to one connection and does not pass');
    return false;
  }
  return true;
}
