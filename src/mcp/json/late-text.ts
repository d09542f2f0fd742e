import type { JsonObject } from './json-object.ts';

/**
 * Makes a long string of a JSON document from its bytes, for the first who reads it: most who decide by a
 * message look at its short ones, and the bytes are kept anyway, for the upstream. JSON has no functions, so
 * that none is taken for a value.
 */
export type LateText = () => string;

/** From the bytes between its quotes. */
export function lateText(bytes: Uint8Array, hasEscape: boolean): LateText {
  return () => {
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
    return hasEscape ? (JSON.parse(`"${source}"`) as string) : source;
  };
}

/** Sets a member that is read once, and is its value from then on. */
export function setLateMember(object: JsonObject, name: string, read: LateText): void {
  const set = (value: unknown) => {
    const isPlain = { writable: true, enumerable: true, configurable: true };
    Object.defineProperty(object, name, { value, ...isPlain });
  };
  const get = () => {
    const text = read();
    set(text);
    return text;
  };
  Object.defineProperty(object, name, { get, set, enumerable: true, configurable: true });
}
