import { hash } from 'node:crypto';

/** What `pk` of a policy says for a key. */
export function partitionOf(key: string): string {
  // Not a part of the whole text: that would be kept with each key.
  return hash('sha256', key, 'buffer').toString('base64', 0, 12);
}
