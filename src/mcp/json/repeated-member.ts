import { JsonCursor } from './cursor.ts';

/**
 * Whether an object in a JSON text has a name twice: of such a member one reader takes the first value, and
 * another the last. Throws a `MessageProblem` where the text is not JSON, or nested too deeply.
 */
export function hasRepeatedMember(text: string): boolean {
  return isRepeatedIn(new JsonCursor(text));
}

/** Goes down as far as the cursor lets it. */
function isRepeatedIn(cursor: JsonCursor): boolean {
  if (cursor.isAtObject()) {
    const names = new Set<string>();
    for (let has = cursor.openObject(); has; has = cursor.nextMember()) {
      const name = cursor.name();
      if (names.has(name) || isRepeatedIn(cursor)) return true;
      names.add(name);
    }
  } else if (cursor.isAtArray()) {
    for (let has = cursor.openArray(); has; has = cursor.nextItem()) {
      if (isRepeatedIn(cursor)) return true;
    }
  } else cursor.skip();
  return false;
}
