import { isJsonObject, type JsonObject } from '../mcp/json/json-object.ts';
import { inOrder } from './in-order.ts';
import type { Pin } from './pin.ts';
import { readJson } from './read-json.ts';
import {
  definitionOf,
  FIELDS,
  isToolHash,
  type ToolDefinition,
  unclearTool,
} from './tool-definition.ts';
import { visibleJson } from './visible-text.ts';

/** The version of the format of a document. Each hash has the version of its own format in front. */
const VERSION = 1;

/** What is wrong with a document, and where. */
export class PinDocumentError extends Error {}

/** A document of pins for people to review: sorted, a line for each member, everything in it visible. */
export function writePins(pins: ReadonlyMap<string, Pin>): string {
  const tools: JsonObject = Object.create(null);
  for (const name of inOrder(pins.keys())) tools[name] = written(pins.get(name) as Pin);
  return `${visibleJson(JSON.stringify({ version: VERSION, tools }, null, 2))}\n`;
}

/**
 * Reads a document of pins.
 *
 * @throws {PinDocumentError} where there is anything in it that is not understood.
 */
export function readPins(text: string): Map<string, Pin> {
  const document = readDocument(text);
  membersOf(document, '', ['version', 'tools']);
  if (document.version !== VERSION) throw new PinDocumentError(`"version" is not ${VERSION}`);
  const { tools } = document;
  if (!isJsonObject(tools)) throw new PinDocumentError('"tools" is not an object');
  return new Map(Object.keys(tools).map((name) => [name, readPin(tools[name], name)]));
}

function written({ hash, approvedAt, definition }: Pin): JsonObject {
  const { fields, source } = definition ?? {};
  return {
    hash,
    approvedAt: approvedAt.toISOString(),
    fields: FIELDS,
    ...(fields && { definition: fieldsInOrder(fields) }),
    ...(source !== undefined && { source }),
  };
}

/** The fields in their order, and all within them sorted, so that the server's order changes no line. */
function fieldsInOrder(fields: JsonObject): JsonObject {
  const ordered: JsonObject = Object.create(null);
  for (const name of FIELDS) if (name in fields) ordered[name] = sorted(fields[name]);
  return ordered;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  const object: JsonObject = Object.create(null);
  for (const name of inOrder(Object.keys(value))) object[name] = sorted(value[name]);
  return object;
}

function readDocument(text: string): JsonObject {
  let document: unknown;
  try {
    document = readJson(text);
  } catch {
    throw new PinDocumentError('it is not JSON, or a member name is repeated in it');
  }
  if (!isJsonObject(document)) throw new PinDocumentError('it is not an object');
  return document;
}

function readPin(value: unknown, name: string): Pin {
  const place = `tools[${JSON.stringify(name)}]`;
  const refuse = (what: string) => new PinDocumentError(`${place}${what}`);
  if (!isJsonObject(value)) throw refuse(' is not an object');
  membersOf(value, place, ['hash', 'approvedAt', 'fields', 'definition', 'source']);
  const { hash, approvedAt, fields } = value;
  if (!isToolHash(hash)) throw refuse('.hash is not "v1:sha256:" and 64 hexadecimal digits');
  const time = typeof approvedAt === 'string' ? new Date(approvedAt) : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) {
    throw refuse('.approvedAt is not a time, like "2026-11-27T08:00:00.000Z"');
  }
  if (JSON.stringify(fields) !== JSON.stringify(FIELDS)) {
    throw refuse(`.fields are not those of hashes of v1: ${FIELDS.join(', ')}`);
  }
  const definition = readDefinition(value, refuse);
  if (definition !== undefined && definition.hash !== hash) {
    throw refuse('.hash is not that of the definition below it: one of them was edited');
  }
  return { hash, approvedAt: time, definition };
}

function readDefinition(
  { definition, source }: JsonObject,
  refuse: (what: string) => Error,
): ToolDefinition | undefined {
  if (typeof source === 'string' && definition === undefined) return unclearTool(source);
  if (source !== undefined) throw refuse('.source is not a text, or stands beside a definition');
  if (definition === undefined) return undefined;
  if (!isJsonObject(definition)) throw refuse('.definition is not an object');
  return definitionOf(definition);
}

function membersOf(object: JsonObject, place: string, known: readonly string[]): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const names = known.join(', ');
  throw new PinDocumentError(`${place}.${JSON.stringify(unknown)} is not one of ${names}`);
}
