import type { ReadEndpoint } from '../endpoints/read-endpoint.ts';
import type { Notes } from '../notes.ts';
import type { Source } from './config-parts.ts';

const HOST = /^(?:(https?):\/\/)?([\w.-]+?)(?::(\d{2,5}))?\/?$/;
const PLACEHOLDER = /\{([^{}]*)\}/g;

/** The URLs of the backend; none where one is wrong, which is noted. */
export function targetsOf({ root, group, notes }: Source): readonly string[] {
  const [endpoint] = group;
  const { backend } = endpoint;
  const { host, disable_host_sanitize: isRaw = false, url_pattern: pattern } = backend.values;
  for (const { method, backend } of group) checkMethod(backend.notes.at('method'), method, backend);
  refuseDiscovery(backend.notes, backend.values.sd);
  const isOwn = host !== undefined && host.length > 0;
  const hosts = isOwn ? host : (root.host ?? []);
  const place = isOwn ? backend.notes.at('host') : notes.at('host');
  if (hosts.length === 0)
    backend.notes.at('host').refuse('KrakenD has no host for this backend; write one');
  const path = readPattern(backend.notes.at('url_pattern'), pattern, endpoint);
  const bases = hosts.flatMap((own, i) => readHost(place.at(i), own, isRaw) ?? []);
  if (bases.length > 1) {
    place.warn(
      'of several hosts, the less busy of two is taken, a session stays with its host, and one that fails is left alone for a while; KrakenD takes any at random',
    );
  }
  return path === undefined ? [] : bases.map((base) => `${base}${path}`);
}

function checkMethod(
  notes: Notes,
  method: string,
  { values: { method: own = method } }: ReadEndpoint['backend'],
): void {
  if (own.toUpperCase() === method) return;
  notes.refuse(
    `KrakenD sends ${own} in place of ${method}; an MCP server needs the method of the endpoint`,
  );
}

function refuseDiscovery(notes: Notes, kind = 'static'): void {
  if (kind === 'static' || kind === '') return;
  notes
    .at('sd')
    .refuse(
      kind === 'dns'
        ? 'SRV records are not asked for here; write the hosts'
        : `KrakenD has no ${kind} here and takes the hosts as they are; write static`,
    );
}

function readHost(notes: Notes, text: string, isRaw: boolean): string | undefined {
  const [, scheme = 'http', name, port] = HOST.exec(text) ?? [];
  if (name !== undefined) return `${scheme}://${name}${port === undefined ? '' : `:${port}`}`;
  if (isRaw && URL.canParse(text) && /^https?:\/\/[^?#@]+$/.test(text))
    return text.replace(/\/+$/, '');
  notes.refuse(
    'KrakenD does not start with this host; write scheme, name and port: http://mcp.internal:8080',
  );
  return undefined;
}

/** With a slash in front; placeholders as targets have them. */
function readPattern(
  notes: Notes,
  pattern: string | undefined,
  { path: { params } }: ReadEndpoint,
): string | undefined {
  if (pattern === undefined) return '/';
  const names = [...pattern.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  for (const name of names) {
    if (params.includes(name)) continue;
    notes.refuse(
      /^(JWT\.|resp)/.test(name)
        ? `{${name}} would put what a peer says into the URL as it is; write a path that does not need it`
        : `the endpoint has no parameter {${name}}`,
    );
  }
  const path = pattern.startsWith('/') ? pattern : `/${pattern}`;
  const isSound = /^[!-~]*$/.test(path) && !path.includes('#') && !path.includes('\\');
  if (!isSound) notes.refuse("write path and query in ASCII, percent-encoded, without '#'");
  return isSound && names.every((name) => params.includes(name)) ? path : undefined;
}
