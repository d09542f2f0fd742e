import type { Notes } from '../notes.ts';
import type { ModifierValues } from '../table/martian.ts';
import { authorityOf, type BackendUrl, textOf, type UrlParts } from './backend-url.ts';
import { readPattern } from './conditions.ts';

/** The filters that ask about the URL of the backend. */
export const URL_FILTERS: readonly string[] = [
  'port.Filter',
  'querystring.Filter',
  'url.Filter',
  'url.RegexFilter',
];

/**
 * The result of such a filter, which is the same for all requests; undefined, with a note, where it is not.
 */
export function urlAnswer(
  notes: Notes,
  kind: string,
  values: ModifierValues,
  backend: BackendUrl,
): boolean | undefined {
  if (kind === 'port.Filter') return portAnswer(notes, values, backend);
  if (kind === 'querystring.Filter') return queryAnswer(notes, values, backend);
  if (kind === 'url.Filter') return partsAnswer(notes, values, backend);
  const { regex } = values;
  if (regex === undefined) {
    notes.at('regex').refuse('write the pattern');
    return undefined;
  }
  const pattern = readPattern(notes.at('regex'), regex);
  if (pattern === undefined) return undefined;
  const { forwarded } = backend;
  const varies = ({ path, query }: UrlParts) => hasName(path + query) || forwarded.length > 0;
  return backend.ask(notes, (url) => pattern(textOf(url)), varies);
}

function hasName(text: string): boolean {
  return text.includes('{');
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

function portAnswer(notes: Notes, { port }: ModifierValues, backend: BackendUrl) {
  if (port === undefined) {
    notes.at('port').refuse('write the port');
    return undefined;
  }
  return backend.ask(
    notes,
    (url) => (url.port || DEFAULT_PORTS[url.scheme]) === String(port),
    () => false,
  );
}

function partsAnswer(
  notes: Notes,
  { scheme, host, path, query }: ModifierValues,
  backend: BackendUrl,
) {
  if ((scheme ?? host ?? path ?? query) === undefined) {
    notes.refuse('it always holds; write scheme, host, path or query, or the modifier alone');
    return undefined;
  }
  return backend.ask(
    notes,
    (url) =>
      (scheme === undefined || scheme === url.scheme) &&
      (host === undefined || matchesHost(authorityOf(url), host)) &&
      (path === undefined || path === decoded(url.path)) &&
      (query === undefined || query === url.query),
    (url) =>
      (path !== undefined && hasName(url.path)) ||
      (query !== undefined && (hasName(url.query) || backend.forwarded.length > 0)),
  );
}

/** Whether a host matches a pattern: exactly, or with a `*` for any text between two dots. */
function matchesHost(host: string, pattern: string): boolean {
  const parts = pattern.split('.');
  const own = host.split('.');
  return (
    parts.length === own.length &&
    parts.every((part, i) => part === own[i] || (part === '*' && own[i] !== ''))
  );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function queryAnswer(notes: Notes, { name, value = '' }: ModifierValues, backend: BackendUrl) {
  if (name === undefined) {
    notes.at('name').refuse('write the name of the parameter');
    return undefined;
  }
  const valuesIn = ({ query }: UrlParts) => new URLSearchParams(query).getAll(name);
  return backend.ask(
    notes,
    (url) => valuesIn(url).some((own) => value === '' || own === value),
    (url) => backend.forwarded.includes(name) || (value !== '' && valuesIn(url).some(hasName)),
  );
}
