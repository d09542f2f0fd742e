import { isMcpMethod, MCP_METHODS, type McpMethod } from '../../mcp/http-methods.ts';
import type { Notes } from '../notes.ts';
import type { BackendExtra, BackendValues } from '../table/backend.ts';
import { ENDPOINT, type EndpointExtra, type EndpointValues } from '../table/endpoint.ts';
import type { RootValues } from '../table/root.ts';
import { type EndpointPath, readPath } from './endpoint-path.ts';
import { placePath, type VirtualHosts } from './virtual-hosts.ts';

/** The one backend of an endpoint. */
export interface ReadBackend {
  /** The notes at the backend. */
  readonly notes: Notes;
  readonly values: BackendValues;
  readonly extra: BackendExtra;
  /** Stands at its `extra_config`. */
  readonly extraNotes: Notes;
}

/** One endpoint of a document: one method of one path. */
export interface ReadEndpoint {
  /** The notes at the endpoint. */
  readonly notes: Notes;
  /** The endpoint as the document has it. */
  readonly given: Readonly<Record<string, unknown>>;
  readonly path: EndpointPath;
  /** The only host that sees it; undefined: all hosts without endpoints of their own. */
  readonly host: string | undefined;
  readonly method: McpMethod;
  readonly values: EndpointValues;
  readonly extra: EndpointExtra;
  /** Stands at its `extra_config`. */
  readonly extraNotes: Notes;
  readonly backend: ReadBackend;
}

/** Reads one endpoint; undefined, with a note, where it cannot run. */
export function readEndpoint(
  notes: Notes,
  given: unknown,
  root: RootValues,
  hosts?: VirtualHosts,
): ReadEndpoint | undefined {
  const values = ENDPOINT.read(notes, given);
  if (values === undefined) return undefined;
  const { output_encoding: encoding = root.output_encoding ?? 'json' } = values;
  const hasTools = values.extra_config?.['ai/mcp'] !== undefined;
  if (encoding !== 'no-op' && !hasTools) {
    notes
      .at('output_encoding')
      .refuse(
        `KrakenD makes ${encoding === '' ? 'JSON' : encoding} of the answer, and MCP needs it as it is; write "no-op", or pick other endpoints with the option only`,
      );
  }
  const at = notes.at('endpoint');
  const placed = placePath(at, values.endpoint ?? '', hosts);
  const path = placed && readPath(at, values.endpoint === undefined ? undefined : placed.path);
  const method = readMethod(notes.at('method'), values.method);
  if (hasTools && method !== undefined && method !== 'POST') {
    notes.at('method').refuse('KrakenD takes the messages of ai/mcp as POST; write that');
  }
  const place = notes.at('backend');
  const backend = hasTools
    ? unusedBackend(place, given)
    : readBackend(place, values.backend, given);
  if (placed === undefined || path === undefined || method === undefined || backend === undefined)
    return undefined;
  return {
    notes,
    given: given as Record<string, unknown>,
    path,
    host: placed.host,
    method,
    values,
    extra: values.extra_config ?? {},
    extraNotes: notes.at('extra_config'),
    backend,
  };
}

function readMethod(notes: Notes, given = 'GET'): McpMethod | undefined {
  const method = given.toUpperCase();
  if (isMcpMethod(method)) return method;
  notes.refuse(`MCP has ${MCP_METHODS.join(', ')} and no ${method}; take this endpoint out`);
  return undefined;
}

function readBackend(
  notes: Notes,
  backends: readonly BackendValues[] | undefined,
  given: unknown,
): ReadBackend | undefined {
  const { backend } = given as { readonly backend?: unknown };
  const number = Array.isArray(backend) ? backend.length : 0;
  const [values] = backends ?? [];
  if (number !== 1) notes.refuse('an endpoint with no-op has exactly one backend');
  if (number !== 1 || values === undefined) return undefined;
  const place = notes.at(0);
  return {
    notes: place,
    values,
    extra: values.extra_config ?? {},
    extraNotes: place.at('extra_config'),
  };
}

/** With `ai/mcp`, KrakenD requires a backend, but does not call it. */
function unusedBackend(notes: Notes, given: unknown): ReadBackend | undefined {
  const { backend } = given as { readonly backend?: unknown };
  if (!Array.isArray(backend) || backend.length === 0) {
    notes.refuse(
      'KrakenD does not start an endpoint without a backend, although ai/mcp does not use it',
    );
    return undefined;
  }
  for (const [i, one] of backend.entries()) {
    if (Object.keys(Object(Object(one).extra_config)).length === 0) continue;
    notes
      .at(i)
      .at('extra_config')
      .refuse('with ai/mcp, KrakenD does not call this backend; take it out');
  }
  const place = notes.at(0);
  return { notes: place, values: {}, extra: {}, extraNotes: place.at('extra_config') };
}
