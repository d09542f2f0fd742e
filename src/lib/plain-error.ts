const TEXTS = new WeakMap<object, string>();

/**
 * Marks an error with a text that may be shown to the operator of the gateway: this package wrote it, and it
 * holds no secret. Any other message may hold one: `JSON.parse` and `Headers` quote what they were given.
 *
 * @param text - What may be shown. Default: its message.
 */
export function plain<T extends Error>(error: T, text: string = error.message): T {
  TEXTS.set(error, text);
  return error;
}

/** What may be shown of an error; undefined where it is none of ours. */
export function plainText(error: unknown): string | undefined {
  return TEXTS.get(error as object);
}
