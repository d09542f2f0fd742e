import type { Notes } from '../notes.ts';
import type { Source } from '../parts/config-parts.ts';
import type { ToolServerValues } from '../table/tools.ts';
import { lazyServer, type ToolServer } from './lazy-server.ts';
import { hasPackages } from './needs.ts';
import { toolOptions } from './tool-options.ts';

/** The server of tools that an endpoint names; undefined where it names none. Mistakes are noted. */
export function toolsOf(source: Source): ToolServer | undefined {
  const { group, service, serviceNotes, root } = source;
  const [{ extra, extraNotes, values }] = group;
  const entry = extra['ai/mcp'];
  if (entry === undefined) return undefined;
  const place = extraNotes.at('ai/mcp').at('server_name');
  const { server_name: name } = entry;
  const { servers = [] } = service['ai/mcp'] ?? {};
  const at = servers.findIndex((one) => one.name === name);
  const server = servers[at];
  if (name === undefined || server === undefined) {
    place.refuse('write the name of a server in extra_config["ai/mcp"] of the document');
    return nothing;
  }
  if (root.client_tls !== undefined) {
    source.notes
      .at('client_tls')
      .refuse('tools do not take it; name authorities in NODE_EXTRA_CA_CERTS of Node');
  }
  const notes = serviceNotes.at('ai/mcp').at('servers').at(at);
  if (!hasPackages(notes)) return nothing;
  return serverOf(notes, server, source, new Set((values.input_headers ?? []).map(lower)));
}

function serverOf(
  notes: Notes,
  { name = '', title, version, instructions, tools = [] }: ToolServerValues,
  { root, notes: rootNotes }: Source,
  passing: ReadonlySet<string>,
): ToolServer {
  for (const [key, value] of Object.entries({ title, version })) {
    if (value === undefined) notes.at(key).refuse('KrakenD does not start without it; write it');
  }
  if (tools.length === 0) notes.at('tools').refuse('write at least one tool');
  const names = new Set<string>();
  const options = tools.flatMap((tool, i) => {
    const place = notes.at('tools').at(i);
    if (tool.name !== undefined && names.has(tool.name)) {
      place.at('name').refuse('another tool of this server has this name; write another');
    }
    names.add(tool.name ?? '');
    checkHeaders(place.at('input_headers'), tool.input_headers, passing);
    return toolOptions(place, tool, { root, rootNotes }) ?? [];
  });
  notes.warn(
    'the server keeps no sessions, and answers as the client asks; KrakenD keeps them unless stateless says so',
  );
  return lazyServer(options, {
    name,
    version: version ?? '0',
    ...(title !== undefined && { title }),
    ...(instructions !== undefined && instructions !== '' && { instructions }),
  });
}

function checkHeaders(
  notes: Notes,
  names: readonly string[] = [],
  passing: ReadonlySet<string>,
): void {
  for (const [i, name] of names.entries()) {
    if (name.includes('*')) notes.at(i).refuse('write the names of headers, one by one');
    else if (!passing.has('*') && !passing.has(lower(name))) {
      notes
        .at(i)
        .refuse(
          `write ${name} in input_headers of the endpoint as well: it lets no other header in`,
        );
    }
  }
}

const lower = (name: string) => name.toLowerCase();

/** Stands for the server of a document with mistakes, which does not start. */
const nothing: ToolServer = async () => {
  throw new Error('There are no tools');
};
