import type { HeaderEdits, SetField } from '../../header-edits.ts';

/** The secrets in fields that are set for the upstream: those in fields with one of the folded `names`. */
export function secretsOf(
  fields: readonly SetField[],
  names: ReadonlySet<string>,
): HeaderEdits['secrets'] {
  return fields.flatMap((field) => {
    const [name, , folded] = field;
    if (!names.has(folded)) return [];
    const values = credentialsIn(field).filter((value) => value !== '');
    return values.map((value) => ({ name, value }));
  });
}

/** The secret parts of a field, without the scheme or the names of cookies in front of them. */
function credentialsIn([name, value]: SetField): string[] {
  const lower = name.toLowerCase();
  const text = value.trim();
  if (lower === 'cookie') return text.split(/; */).map((pair) => pair.replace(/^[^=]*=/, ''));
  const [, scheme = '', credentials = text] = SCHEME.exec(text) ?? [];
  if (scheme.toLowerCase() === 'basic') return [credentials, passwordIn(credentials)];
  const isScheme = lower === 'authorization' || COMMON.includes(scheme.toLowerCase());
  return isScheme || credentials.length >= SHORTEST ? [credentials] : [text];
}

/** Behind any other word, a shorter text may be the rest of a sentence. */
const SHORTEST = 8;

/** RFC 9110 section 11.4: a scheme, and behind it the credentials. */
const SCHEME = /^([\w!#$%&'*+.^`|~-]+) +(.+)$/s;

/** Schemes that are used in other fields than `Authorization` as well. */
const COMMON: readonly string[] = ['bearer', 'token'];

/** RFC 7617 section 2. */
function passwordIn(credentials: string): string {
  return Buffer.from(credentials, 'base64')
    .toString()
    .replace(/^[^:]*:/, '');
}
