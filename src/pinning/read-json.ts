import { JsonCursor } from '../mcp/json/cursor.ts';
import type { JsonObject } from '../mcp/json/json-object.ts';
import { isInexact } from '../mcp/json/unclear.ts';
import { MessageProblem } from '../mcp/message-problem.ts';

/** Thrown for a text in which readers see different values. */
export class UnclearJsonError extends Error {}

/**
 * Reads a JSON text that can be read in one way only. Its objects have no prototype.
 *
 * @throws {UnclearJsonError} for a member name that is repeated in an object, a number that readers round,
 * half of a surrogate pair, and a text that is not JSON, or nested too deeply.
 */
export function readJson(text: string): unknown {
  try {
    const cursor = new JsonCursor(text);
    const value = readValue(cursor);
    cursor.end();
    return value;
  } catch (error) {
    if (error instanceof MessageProblem) throw new UnclearJsonError(error.message);
    throw error;
  }
}

/** The cursor bounds how deep this can go. */
function readValue(cursor: JsonCursor): unknown {
  if (cursor.isAtObject()) return readObject(cursor);
  if (cursor.isAtArray()) {
    const items: unknown[] = [];
    for (let isOpen = cursor.openArray(); isOpen; isOpen = cursor.nextItem()) {
      items.push(readValue(cursor));
    }
    return items;
  }
  if (cursor.isAtString()) return wellFormed(cursor.string());
  const start = cursor.start();
  const value = cursor.scalar();
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    const source = cursor.since(start);
    if (isInexact(value, source)) throw new UnclearJsonError(`The number ${source.slice(0, 40)}`);
  }
  return value;
}

function readObject(cursor: JsonCursor): JsonObject {
  const object: JsonObject = Object.create(null);
  for (let isOpen = cursor.openObject(); isOpen; isOpen = cursor.nextMember()) {
    const name = wellFormed(cursor.name());
    if (name in object) throw new UnclearJsonError('A member name is repeated');
    object[name] = readValue(cursor);
  }
  return object;
}

function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  throw new UnclearJsonError('A text contains half of a surrogate pair');
}
