import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { foldMemberName, isFolded, isTooLong } from '../mcp/json/folding.ts';
import { isJsonObject, type JsonObject } from '../mcp/json/json-object.ts';
import { KnownMembers } from '../mcp/message/known-members.ts';
import { readJson, UnclearJsonError } from './read-json.ts';

/**
 * The fields of a tool that are pinned: all that a model, or a client on its behalf, goes by. Another list of
 * fields needs another {@link VERSION}, so that older hashes stay what they were.
 */
export const FIELDS: readonly string[] = [
  'name',
  'title',
  'description',
  'inputSchema',
  'outputSchema',
  'annotations',
];

const KNOWN = new KnownMembers(FIELDS);
const VERSION = 'v1';

/** A text in front of what is hashed, so that no hash equals that of anything else. */
const DOMAIN = `express-mcp-gateway tool ${VERSION}`;

/** A tool as its server defines it. */
export interface ToolDefinition {
  /** `v1:sha256:` and 64 hexadecimal digits. */
  readonly hash: string;
  /** Undefined where readers could understand the tool differently, or the fields were not kept. */
  readonly fields: JsonObject | undefined;
  /** The source text, where readers could understand it differently. */
  readonly source: string | undefined;
  readonly isUnclear: boolean;
}

/** The definition in the source text of an item of a list. */
export function readTool(text: string): ToolDefinition {
  try {
    const tool = readJson(text);
    if (!isJsonObject(tool)) throw new UnclearJsonError('A tool is not an object');
    return definitionOf(pinnedFields(tool));
  } catch (error) {
    if (error instanceof UnclearJsonError) return unclearTool(text);
    throw error;
  }
}

/** The definition that has these fields. */
export function definitionOf(fields: JsonObject): ToolDefinition {
  const text = canonicalize(fields) as string;
  return { hash: hashOf('fields', text), fields, source: undefined, isUnclear: false };
}

/**
 * A definition that readers could understand differently. Only a definition that is equal byte for byte is
 * the same.
 */
export function unclearTool(source: string): ToolDefinition {
  return { hash: hashOf('source', source), fields: undefined, source, isUnclear: true };
}

const HASH = /^v1:sha256:[\da-f]{64}$/;

/** Whether a text is a hash of this version. */
export function isToolHash(text: unknown): text is string {
  return typeof text === 'string' && HASH.test(text);
}

function hashOf(kind: string, text: string): string {
  return `${VERSION}:sha256:${hash('sha256', `${DOMAIN} ${kind}\n${text}`, 'hex')}`;
}

/**
 * The fields of a tool that are pinned. It throws for another spelling of a field, which some readers would
 * take for the field itself.
 */
function pinnedFields(tool: JsonObject): JsonObject {
  const fields: JsonObject = Object.create(null);
  for (const name of Object.keys(tool)) {
    if (KNOWN.has(name)) fields[name] = tool[name];
    else if (isTooLong(name) || KNOWN.meantBy(folded(name)) !== undefined) {
      throw new UnclearJsonError('Another spelling of a field is in a tool');
    }
  }
  return fields;
}

function folded(name: string): string {
  return isFolded(name) ? name : foldMemberName(name);
}
