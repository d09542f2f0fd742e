import { hash } from 'node:crypto';

/** The value of `pk` in `RateLimit-Policy` for a key. */
export function partitionOf(key: string): string {
  // Not a part of the text of the whole hash: the whole text would be kept with each key.
  return hash('sha256', key, 'buffer').toString('base64', 0, 12);
}
