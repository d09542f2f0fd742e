import { isHostValue } from '../../http/host-value.ts';
import type { Notes } from '../notes.ts';
import type { ModifierValues } from '../table/martian.ts';
import type { UrlEdit } from './backend-url.ts';

/** The modifiers that change the URL of the backend. */
export const URL_MODIFIERS: readonly string[] = [
  'port.Modifier',
  'querystring.Modifier',
  'url.Modifier',
];

/** The edit that such a modifier makes; undefined, with a note, where its values are wrong. */
export function urlEditOf(notes: Notes, kind: string, values: ModifierValues): UrlEdit | undefined {
  if (kind === 'querystring.Modifier') {
    const { name, value = '' } = values;
    if (name === undefined) notes.at('name').refuse('write the name of the parameter');
    return name === undefined
      ? undefined
      : (url) => ({ ...url, query: withParameter(url.query, name, value) });
  }
  if (kind === 'port.Modifier') return portEdit(notes, values);
  return partsEdit(notes, values);
}

function partsEdit(notes: Notes, { scheme, host, path, query }: ModifierValues) {
  const [, name, port] = /^([^:]+)(?::(\d+))?$/.exec(host ?? '') ?? [];
  const wrong = [
    [/^https?$/.test(scheme ?? 'http'), 'scheme', 'write http or https'],
    [
      host === undefined || (name !== undefined && isHostValue(host)),
      'host',
      'write a host, with a port or without',
    ],
    [
      isSound(path ?? '/') && /^\/[^%]*$/.test(path ?? '/'),
      'path',
      "write it in ASCII with a slash in front, without braces, '#', '?' and '%', which KrakenD encodes",
    ],
    [isSound(query ?? ''), 'query', "write it percent-encoded, without braces, '#' and '?'"],
  ] as const;
  const problems = wrong.filter(([isRight]) => !isRight);
  for (const [, key, message] of problems) notes.at(key).refuse(message);
  if (problems.length > 0) return undefined;
  if (host !== undefined) notes.at('host').warn('the backend gets this host as Host as well');
  const edit: UrlEdit = (url) => ({
    scheme: scheme ?? url.scheme,
    host: name ?? url.host,
    port: host === undefined ? url.port : (port ?? ''),
    path: path ?? url.path,
    query: query ?? url.query,
  });
  return edit;
}

/** Braces would be placeholders, which KrakenD does not fill here. */
function isSound(text: string): boolean {
  return /^[!-~]*$/.test(text) && !/[{}#?\\]/.test(text);
}

function portEdit(
  notes: Notes,
  { port, defaultForScheme, remove }: ModifierValues,
): UrlEdit | undefined {
  const given = [port, defaultForScheme || undefined, remove || undefined].filter(
    (own) => own !== undefined,
  );
  if (given.length !== 1) {
    notes.refuse('KrakenD takes exactly one of port, defaultForScheme and remove');
    return undefined;
  }
  // Without a port, the port is that of the scheme.
  return (url) => ({ ...url, port: port === undefined ? '' : String(port) });
}

/**
 * The query with this parameter in it, sorted by name as Go writes a query. The other parameters stay as they
 * are: they may have placeholders in braces.
 */
function withParameter(query: string, name: string, value: string): string {
  const others = query.split('&').filter((pair) => pair !== '' && nameOf(pair) !== name);
  const pairs = [...others, new URLSearchParams([[name, value]]).toString()];
  return pairs.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1)).join('&');
}

function nameOf(pair: string): string {
  return [...new URLSearchParams(pair).keys()][0] ?? '';
}
