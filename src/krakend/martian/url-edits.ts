import type { Step } from './compile.ts';

/** Changes the URL of the backend, before anything is sent there. */
export type UrlEdit = (url: BackendUrl) => BackendUrl;

/** The parts of a URL; its path may hold names in braces. */
export interface BackendUrl {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
}

const URL_PARTS = /^(https?):\/\/([^/:?]+)(?::(\d+))?([^?]*)(?:\?(.*))?$/;

/** The modifiers that change it. */
export const URL_MODIFIERS: readonly string[] = [
  'port.Modifier',
  'querystring.Modifier',
  'url.Modifier',
];

/** What such a modifier does; undefined where it cannot be done, which is noted. */
export function urlEditOf({ kind, values, notes, condition }: Step): UrlEdit | undefined {
  if (condition !== undefined) {
    notes.refuse('the URL of the backend is the same for all requests; take the filter out');
    return undefined;
  }
  if (kind === 'querystring.Modifier') {
    const { name, value = '' } = values;
    if (name === undefined) notes.at('name').refuse('write the name of the parameter');
    return name === undefined ? undefined : (url) => withParameter(url, name, value);
  }
  if (kind === 'port.Modifier') return portEdit(values, notes);
  const { scheme, host, path, query } = values;
  if (host !== undefined) notes.at('host').warn('the backend gets this host as Host as well');
  if (scheme !== undefined && !/^https?$/.test(scheme)) {
    notes.at('scheme').refuse('write http or https');
  }
  const [, name, port] = /^([^:]+)(?::(\d+))?$/.exec(host ?? '') ?? [];
  if (host !== undefined && name === undefined)
    notes.at('host').refuse('write a host, with a port or without');
  return (url) => ({
    scheme: scheme ?? url.scheme,
    host: name ?? url.host,
    port: host === undefined ? url.port : (port ?? ''),
    path: path ?? url.path,
    query: query ?? url.query,
  });
}

function portEdit(
  { port, defaultForScheme, remove }: Step['values'],
  notes: Step['notes'],
): UrlEdit | undefined {
  const given = [port, defaultForScheme || undefined, remove || undefined].filter(
    (own) => own !== undefined,
  );
  if (given.length !== 1) {
    notes.refuse('KrakenD takes exactly one of port, defaultForScheme and remove');
    return undefined;
  }
  // Without a port, it is that of the scheme.
  return (url) => ({ ...url, port: port === undefined ? '' : String(port) });
}

function withParameter(url: BackendUrl, name: string, value: string): BackendUrl {
  const params = new URLSearchParams(url.query);
  params.set(name, value);
  return { ...url, query: params.toString() };
}

/** A target with all changes. */
export function editUrl(target: string, edits: readonly UrlEdit[]): string {
  const [, scheme = '', host = '', port = '', path = '', query = ''] = URL_PARTS.exec(target) ?? [];
  if (edits.length === 0 || scheme === '') return target;
  const url = edits.reduce((own, edit) => edit(own), { scheme, host, port, path, query });
  const authority = url.port === '' ? url.host : `${url.host}:${url.port}`;
  const search = url.query === '' ? '' : `?${url.query}`;
  return `${url.scheme}://${authority}${url.path}${search}`;
}
