import { checkConfig } from '../../options/config-problems.ts';
import type { RestToolByHand, RestToolsOptions } from '../../rest/options.ts';
import { readOptions } from '../../rest/read-options.ts';
import type { RestToolAnnotations } from '../../rest/tool/annotations.ts';
import type { Notes } from '../notes.ts';
import { notedOr } from '../parts/noted.ts';
import { readHost } from '../parts/target.ts';
import type { RootValues } from '../table/root.ts';
import type { ToolValues, WorkflowValues } from '../table/tools.ts';
import { checkSchema } from './needs.ts';

/** One tool as `restTools` takes it by hand; undefined, with a note, where it is wrong. */
export function toolOptions(
  notes: Notes,
  tool: ToolValues,
  { root, rootNotes }: { readonly root: RootValues; readonly rootNotes: Notes },
): RestToolsOptions | undefined {
  const {
    name,
    title,
    description,
    annotations = {},
    workflow,
    input_headers: forward = [],
  } = tool;
  for (const key of ['name', 'title', 'description', 'workflow'] as const) {
    if (tool[key] === undefined)
      notes.at(key).refuse('KrakenD does not start without it; write it');
  }
  const request = workflow && requestOf(notes.at('workflow'), workflow, { root, rootNotes });
  const { input_schema: given, output_schema: outputSchema } = tool;
  if (request === undefined || name === undefined) return undefined;
  const inputSchema = given ?? schemaOf(request.names);
  const place = notes.at('input_schema');
  for (const argument of Object.keys(Object(Object(inputSchema).properties))) {
    if (request.names.includes(argument)) continue;
    place
      .at('properties')
      .at(argument)
      .refuse(
        `no part of url_pattern is {${argument}}, and KrakenD's documentation does not say where it would go; take it out, or write the tool with restTools of this package`,
      );
  }
  checkSchema(place, inputSchema);
  if (outputSchema !== undefined) checkSchema(notes.at('output_schema'), outputSchema);
  if (tool.return_error_msg !== true) {
    notes.warn(
      'an error of the API is told in short: its status, and title and detail or the first kilobyte',
    );
  }
  const ms = workflow?.timeout || root.timeout || 0;
  const byHand: RestToolByHand = {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    annotations: hintsOf(annotations),
    inputSchema: inputSchema as RestToolByHand['inputSchema'],
    ...(outputSchema !== undefined && {
      outputSchema: outputSchema as NonNullable<RestToolByHand['outputSchema']>,
    }),
    request: request.request,
  };
  const options: RestToolsOptions = {
    baseUrl: request.baseUrl,
    tools: [byHand],
    forward,
    ...(ms > 0 && { timeout: Math.max(1, Math.round(ms)) }),
  };
  // The server reads these options once more when it is made. Because of this check it finds nothing new.
  const read = notedOr(notes, () =>
    checkConfig('restTools', (problems) => readOptions(problems, options)),
  );
  return read && options;
}

function hintsOf(given: NonNullable<ToolValues['annotations']>): Partial<RestToolAnnotations> {
  const hints = {
    readOnlyHint: given.read_only_hint,
    destructiveHint: given.destructive_hint,
    idempotentHint: given.idempotent_hint,
    openWorldHint: given.open_world_hint,
  };
  return Object.fromEntries(Object.entries(hints).filter(([, hint]) => hint !== undefined));
}

function schemaOf(names: readonly string[]): object {
  const properties = names.map((name) => [name, { type: 'string' }] as const);
  return { type: 'object', properties: Object.fromEntries(properties), required: names };
}

interface WorkflowRequest {
  readonly baseUrl: string;
  readonly request: RestToolByHand['request'];
  /** The arguments that the request has places for. */
  readonly names: readonly string[];
}

function requestOf(
  notes: Notes,
  workflow: WorkflowValues,
  { root, rootNotes }: { readonly root: RootValues; readonly rootNotes: Notes },
): WorkflowRequest | undefined {
  const { backend: backends = [], endpoint = '' } = workflow;
  const [backend] = backends;
  if (backend === undefined || backends.length > 1) {
    notes
      .at('backend')
      .refuse('a tool calls one backend here; write one, or an endpoint that calls the others');
    return undefined;
  }
  const place = notes.at('backend').at(0);
  const isOwn = backend.host !== undefined && backend.host.length > 0;
  const hosts = isOwn ? (backend.host ?? []) : (root.host ?? []);
  const [host] = hosts;
  if (host === undefined || hosts.length > 1) {
    place.at('host').refuse('a tool calls one host here; write it');
    return undefined;
  }
  const hostNotes = isOwn ? place.at('host').at(0) : rootNotes.at('host').at(0);
  const origin = readHost(hostNotes, host, backend.disable_host_sanitize ?? false);
  const pattern = backend.url_pattern ?? '/';
  const [path = '', ...queries] = pattern.split('?');
  const query = queryOf(place.at('url_pattern'), queries.join('?'));
  if (origin === undefined || query === undefined) return undefined;
  const inPath = namesIn(path);
  const known = namesIn(endpoint);
  for (const name of [...inPath, ...query.names]) {
    if (known.includes(name)) continue;
    place
      .at('url_pattern')
      .refuse(`the endpoint of the workflow has no parameter {${name}}; write it there`);
  }
  const method = (backend.method ?? 'GET').toUpperCase();
  if (!['GET', 'HEAD', 'DELETE'].includes(method)) {
    place.warn('no body is sent: only a body generator of KrakenD would say what is in it');
  }
  return {
    baseUrl: query.constant === '' ? origin : `${origin}?${query.constant}`,
    request: {
      method,
      path: path.startsWith('/') ? path : `/${path}`,
      query: query.names,
    },
    names: [...inPath, ...query.names],
  };
}

function namesIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(/\{([^{}]*)\}/g), ([, name = '']) => name))];
}

/** The parameters of a query that are arguments, and the rest, which is constant. */
function queryOf(
  notes: Notes,
  text: string,
): { readonly names: readonly string[]; readonly constant: string } | undefined {
  const parts = text.split('&').filter((part) => part !== '');
  const names = parts.flatMap((part) => /^([\w.-]+)=\{\1\}$/.exec(part)?.[1] ?? []);
  const others = parts.filter((part) => !/^([\w.-]+)=\{\1\}$/.test(part));
  const odd = others.filter((part) => /[{}#]/.test(part));
  for (const part of odd) {
    notes.refuse(
      `write ${part} with one name on both sides, as in limit={limit}, or write the tool with restTools of this package`,
    );
  }
  return odd.length > 0 ? undefined : { names, constant: others.join('&') };
}
