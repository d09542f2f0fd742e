import { duration } from '../fields/duration.ts';
import type { Field, Given } from '../fields/field.ts';
import { isComment, object } from '../fields/object.ts';
import { anyObject, anyText, flag, listOf, oneOf, text } from '../fields/values.ts';
import { ignored, refused } from '../fields/without-effect.ts';

const HAND = 'write the tool with restTools of this package';

/** An `extra_config` in a workflow. It refuses all namespaces but those in `without`. */
function noExtra(...without: readonly string[]): Field<never> {
  return {
    kind: 'refused',
    read(notes, value) {
      for (const key of Object.keys(Object(value))) {
        if (isComment(key) || without.includes(key)) continue;
        notes.at(key).refuse(`${key} does not run in a tool here; take it out, or ${HAND}`);
      }
      return undefined;
    },
  };
}

const JSON_ENCODINGS = oneOf('json', 'safejson', 'fast-json', 'no-op');

const EDITS = refused(`results are not edited by a workflow here; ${HAND}, which picks members`);

/** The values of the backend of a workflow that are read. */
export type ToolBackendValues = Given<{
  disable_host_sanitize: boolean;
  host: readonly string[];
  method: string;
  url_pattern: string;
}>;

const TOOL_BACKEND: Field<ToolBackendValues> = object<ToolBackendValues>({
  allow: EDITS,
  deny: EDITS,
  disable_host_sanitize: flag,
  encoding: JSON_ENCODINGS,
  // `backend/http` says what KrakenD tells of an error; here an error is always told in short. The other two
  // are telemetry.
  extra_config: noExtra('backend/http', 'telemetry/logging', 'telemetry/opentelemetry'),
  group: EDITS,
  host: listOf(text),
  input_headers: refused('write input_headers of the tool alone'),
  input_query_strings: refused(
    'a tool has no query of a client; write its arguments in url_pattern',
  ),
  is_collection: refused('a list is a result here as it is; take this out'),
  mapping: EDITS,
  method: text,
  sd: oneOf('static'),
  sd_scheme: ignored(),
  target: EDITS,
  url_pattern: text,
});

/** The values of a workflow that are read. */
export type WorkflowValues = Given<{
  backend: readonly ToolBackendValues[];
  endpoint: string;
  timeout: number;
}>;

const WORKFLOW: Field<WorkflowValues> = object<WorkflowValues>({
  backend: listOf(TOOL_BACKEND),
  concurrent_calls: refused('KrakenD sends each call as often as that; take this out'),
  endpoint: text,
  extra_config: noExtra(),
  ignore_errors: refused('there is one backend, and its error is the result'),
  output_encoding: JSON_ENCODINGS,
  timeout: duration,
});

/** The values of a tool that are read. */
export type ToolValues = Given<{
  annotations: Given<Record<(typeof HINTS)[number], boolean>>;
  description: string;
  input_headers: readonly string[];
  input_schema: object;
  name: string;
  output_schema: object;
  return_error_msg: boolean;
  title: string;
  workflow: WorkflowValues;
}>;

const HINTS = ['read_only_hint', 'destructive_hint', 'idempotent_hint', 'open_world_hint'] as const;

const TOOL: Field<ToolValues> = object<ToolValues>({
  annotations: object<Given<Record<(typeof HINTS)[number], boolean>>>({
    destructive_hint: flag,
    idempotent_hint: flag,
    open_world_hint: flag,
    read_only_hint: flag,
  }),
  description: text,
  input_headers: listOf(text),
  input_schema: anyObject,
  name: text,
  output_schema: anyObject,
  return_error_msg: flag,
  title: text,
  type: {
    ...ignored(),
    read: (notes, value) => void oneOf('text', 'image', 'audio').read(notes, value),
  },
  workflow: WORKFLOW,
});

/** The values of a server that are read. */
export type ToolServerValues = Given<{
  instructions: string;
  name: string;
  title: string;
  tools: readonly ToolValues[];
  version: string;
}>;

const SERVERS = object<Given<{ servers: readonly ToolServerValues[] }>>({
  servers: listOf(
    object<ToolServerValues>({
      instructions: anyText,
      json_response: ignored(),
      name: text,
      ping_period: ignored(),
      stateless: ignored(),
      title: text,
      tools: listOf(TOOL),
      version: text,
    }),
  ),
});

/** `ai/mcp` of the document. */
export type ToolServersValues = Given<{ servers: readonly ToolServerValues[] }>;

/** The servers of tools. Their keys stand in no other place of a document, and are read by themselves. */
export const TOOL_SERVERS: Field<ToolServersValues> = { kind: 'read', read: SERVERS.read };

/** `ai/mcp` of an endpoint. */
export type ToolsEntryValues = Given<{ server_name: string }>;

const ENTRY = object<ToolsEntryValues>({ server_name: text });

/** The server of tools that answers an endpoint. */
export const TOOLS_ENTRY: Field<ToolsEntryValues> = { kind: 'read', read: ENTRY.read };
