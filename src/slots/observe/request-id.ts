import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Visible ASCII characters, and not more than a log can use. */
const USABLE = /^[\x21-\x7e]{1,128}$/;

/**
 * The id of a request in the logs of all servers that handle it: the client's `X-Request-Id` where it is
 * usable, else an id that is made up. It is made at once, which is cheap. As a getter it cost ten times as
 * much, because each record had a shape of its own, and reading records was slow.
 */
export function requestIdOf({ 'x-request-id': given }: IncomingHttpHeaders): string {
  return typeof given === 'string' && USABLE.test(given) ? given : randomUUID();
}
