import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { HeaderEdits } from '../../header-edits.ts';
import { foldFieldName } from '../../http/field.ts';
import { nominatedFields } from '../../http/hop-by-hop.ts';
import { NewHeaders } from '../../http/new-headers.ts';
import type { ViaHop } from '../../http/via-hop.ts';
import { FORWARDED_HEADERS, MCP_PREFIX } from '../../mcp/header-names.ts';

/**
 * The headers a request goes upstream with: of the client's own, those that are standard or allowed by an
 * edit, spelled and ordered as they came; then `Via`; then what the edits set. Hop-by-hop fields and those
 * nominated in `Connection` are dropped first of all, so that nothing added here can be nominated away.
 *
 * @throws {Error} where the request has a header that would be lost on the way.
 */
export function upstreamHeaders(
  req: IncomingMessage,
  edits: readonly HeaderEdits[],
  hop: ViaHop,
): OutgoingHttpHeaders {
  const headers = new NewHeaders();
  /** The spelling of each field that goes upstream, by lower-case name. */
  const spellings = new Map<string, string>();
  const nominated = nominatedFields(req.headers.connection);
  const lines = req.rawHeaders;
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] as string;
    const lower = name.toLowerCase();
    if (nominated.has(lower) || !goesUpstream(lower, edits)) continue;
    const value = lines[i + 1] as string;
    const spelled = spellings.get(lower);
    if (spelled === undefined) {
      spellings.set(lower, name);
      headers[name] = value;
    } else {
      headers[spelled] = [headers[spelled] as string | string[], value].flat();
    }
  }
  for (const name in req.headers) {
    if (spellings.has(name) || req.headers[name] === undefined) continue;
    const isLost = !nominated.has(name) && goesUpstream(name, edits);
    if (isLost || lines.length === 0) throw lost(name);
  }
  if (!isWithheld('via', edits)) {
    const name = spellings.get('via') ?? 'Via';
    const own = hop.entry(req.httpVersion);
    headers[name] = headers[name] === undefined ? own : [headers[name] as string, own].flat();
  }
  for (const { set } of edits) {
    for (const [name, value, folded] of set) {
      const before = spellings.get(folded);
      // A field of an earlier edit; those of the client were withheld.
      if (before !== undefined) delete headers[before];
      spellings.set(folded, name);
      headers[name] = value;
    }
  }
  return headers;
}

function goesUpstream(name: string, edits: readonly HeaderEdits[]): boolean {
  return isForwarded(name, edits) && !isWithheld(name, edits);
}

/** A request that code has made, as `serverless-http` does, may have no `rawHeaders`. */
function lost(name: string): Error {
  return new Error(
    `The request has '${name}' in its headers and not in its rawHeaders, from which headers go upstream: ` +
      'fill rawHeaders in where the request is made, or set the header with headers.set',
  );
}

function isForwarded(name: string, edits: readonly HeaderEdits[]): boolean {
  if (FORWARDED_HEADERS.has(name) || name.startsWith(MCP_PREFIX)) return true;
  for (const edit of edits) if (edit.forwards(name)) return true;
  return false;
}

/** Whether what the client sends under a lower-case name is replaced, or does not go upstream. */
export function isWithheld(name: string, edits: readonly HeaderEdits[]): boolean {
  if (edits.length === 0) return false;
  const folded = foldFieldName(name);
  for (const { withheld } of edits) if (withheld.has(folded)) return true;
  return false;
}
