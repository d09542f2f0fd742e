import { hash } from 'node:crypto';

/** What `pk` of a policy says for a key. */
export function partitionOf(key: string): string {
  return hash('sha256', key, 'base64').slice(0, 16);
}
