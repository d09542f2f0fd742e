import { nodeHttp } from '../lib/built-in.ts';

/**
 * An HTTP status as a label may show it. Of a status that HTTP does not have, it is the class: an upstream
 * may make up any number.
 */
export function statusLabel(status: number | string): string {
  return Object.hasOwn(nodeHttp.STATUS_CODES, status) ? String(status) : statusClass(status);
}

/** `5xx`: the class of a status. */
export function statusClass(status: number | string): string {
  return `${String(status)[0]}xx`;
}
