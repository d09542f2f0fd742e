import { hash } from 'node:crypto';

/** What all clients and providers of models take as the name of a tool. */
const NAME = /^[A-Za-z\d_-]{1,64}$/;

/** How long a name may be. */
const LONGEST = 64;

/** Whether a text can be the name of a tool. */
export function isToolName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text);
}

/** How much of a hash tells two names apart that begin alike. */
const HASH_LENGTH = 8;

/**
 * A name made of an id, or of method and path. A name that is too long ends with a hash, so that no other
 * tool has it.
 */
export function toolName(text: string): string {
  const name = text.replaceAll(/[^A-Za-z\d_-]+/g, '_').replaceAll(/^_+|_+$/g, '') || 'tool';
  if (name.length <= LONGEST) return name;
  const own = hash('sha256', text, 'hex').slice(0, HASH_LENGTH);
  return `${name.slice(0, LONGEST - HASH_LENGTH - 1)}_${own}`;
}
