import { routeName } from '../endpoints/endpoint-path.ts';
import type { ReadEndpoint } from '../endpoints/read-endpoint.ts';
import type { Notes } from '../notes.ts';
import type { Source } from './config-parts.ts';

const HOST = /^(?:(https?):\/\/)?([\w.-]+?)(?::(\d{2,5}))?\/?$/;
/** A segment that is one of `.` and `..`, encoded or not. */
const DOTS = /^[^?]*\/(?:\.|%2e){1,2}(?:[/?]|$)/i;
const PLACEHOLDER = /\{([^{}]*)\}/g;

/**
 * The URLs of the backend. Where the path is wrong, there are none; wrong hosts are left out. Both are noted.
 */
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

/** One host as KrakenD writes it, as a URL; undefined, with a note, where it is wrong. */
export function readHost(notes: Notes, text: string, isRaw: boolean): string | undefined {
  const [, scheme = 'http', name, port] = HOST.exec(text) ?? [];
  if (name !== undefined) return `${scheme}://${name}${port === undefined ? '' : `:${port}`}`;
  if (isRaw && URL.canParse(text) && /^https?:\/\/[^?#@{}]+$/.test(text))
    return text.replace(/\/+$/, '');
  notes.refuse(
    'KrakenD does not start with this host; write scheme, name and port: http://mcp.internal:8080',
  );
  return undefined;
}

/**
 * Path and query of the backend, with a slash in front and placeholders as targets have them; undefined, with
 * a note, where they are wrong.
 */
function readPattern(
  notes: Notes,
  pattern: string | undefined,
  endpoint: ReadEndpoint,
): string | undefined {
  if (pattern === undefined) return '/';
  const path = pattern.startsWith('/') ? pattern : `/${pattern}`;
  const isSound = /^[!-~]*$/.test(path) && !path.includes('#') && !path.includes('\\');
  if (!isSound) notes.refuse("write path and query in ASCII, percent-encoded, without '#'");
  // Reading a URL takes them out, so that the path would be another one than KrakenD sends.
  const isPlain = !DOTS.test(path);
  if (!isPlain) notes.refuse("write the path that is meant, without '.' and '..'");
  const names = new Set(Array.from(path.matchAll(PLACEHOLDER), ([, name = '']) => name));
  const places = new Map([...names].map((name) => [name, placeOf(notes, name, endpoint)] as const));
  if (!isSound || !isPlain || [...places.values()].includes(undefined)) return undefined;
  return path.replace(PLACEHOLDER, (_text, name: string) => `{${places.get(name)}}`);
}

const CLAIM = /^JWT\.([\w-]+(?:\.[\w-]+)*)$/;

/** The name of a placeholder in a target; undefined, with a note, where it may not stand there. */
function placeOf(
  notes: Notes,
  name: string,
  { path: { params }, extra }: ReadEndpoint,
): string | undefined {
  if (params.includes(name)) return routeName(name);
  if (/^resp\d/.test(name)) {
    notes.refuse(`{${name}} is of another answer, and with no-op there is none; take it out`);
    return undefined;
  }
  if (!name.startsWith('JWT.')) {
    notes.refuse(`the endpoint has no parameter {${name}}`);
    return undefined;
  }
  const [, claim] = CLAIM.exec(name) ?? [];
  if (claim === undefined) {
    notes.refuse(`write {${name}} with letters, digits, '_', '-' and dots between them`);
    return undefined;
  }
  if (extra['auth/validator'] === undefined) {
    notes.refuse(`without auth/validator, KrakenD leaves {${name}} as it is; write that too`);
    return undefined;
  }
  notes.warn(
    `{${name}} is one segment, encoded, and a token without it is 403; KrakenD sends it as it is, or leaves the name there`,
  );
  return `claims.${claim}`;
}
