import type { JsonObject } from './json-object.ts';

/**
 * Makes a long string of a JSON document from its bytes when it is first read. Most policies look at short
 * strings only, and the bytes are kept anyway, for the upstream. JSON has no functions, so that no value is
 * taken for a `LateText`.
 */
export type LateText = () => string;

/** `bytes` are those between the quotes of the string. */
export function lateText(bytes: Uint8Array, hasEscape: boolean): LateText {
  return () => {
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
    return hasEscape ? (JSON.parse(`"${source}"`) as string) : source;
  };
}

/** Sets a member whose text is made at the first read, and is a plain value from then on. */
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
