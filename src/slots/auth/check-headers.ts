import { foldFieldName } from '../../http/field.ts';
import type { ConfigProblems } from '../../options/config-problems.ts';
import type { Basis } from '../basis.ts';
import { credentialFields } from './credential-fields.ts';
import type { Identity } from './identity.ts';

/** Notes header rules that do not fit `auth`: credentials go only to the server that asks for them. */
export function checkHeaders(
  problems: ConfigProblems,
  { schemes, relaysTokens }: Identity,
  { fixed, forwardNames }: NonNullable<Basis['headers']>,
): void {
  if (relaysTokens) {
    if (!fixed.withheld.has('authorization')) return;
    problems.add(
      'Authorization',
      'no edit of it: `upstreamAuth()` relays that of the client',
      'conflict',
    );
    return;
  }
  const credentials = credentialFields(schemes);
  for (const name of forwardNames) {
    if (!credentials.has(foldFieldName(name))) continue;
    const expected =
      'no header with credentials: they are for `auth`. Take it out, and give the upstream its own in `headers.set`';
    problems.at('forward').add(name, expected, 'unsafe');
  }
}
