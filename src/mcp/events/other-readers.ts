/** A CR that ends no line for the official client in Go. */
const LONE_CR = /\r(?!\n)/;

/** A character that ends a line in Python only, with a field behind it. */
const HIDDEN_FIELD = /(?![\r\n\t])[\p{Cc}\p{Zl}\p{Zp}](?:data|event)[:\s]/u;

/**
 * Whether some client takes an event for a message. By the standard, that is an event without a type, or of
 * the type `message`. The official client in Go trims the type, and ends lines at LF alone.
 */
export function mayBeMessage(type: string, text: string): boolean {
  return !/\w/.test(type) || type.includes('message') || LONE_CR.test(text);
}

/** Whether clients that split lines as Python does find a field in the text that others do not see. */
export function hasHiddenField(text: string): boolean {
  return HIDDEN_FIELD.test(text);
}
