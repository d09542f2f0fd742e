import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Visible ASCII characters, and not more than a log can use. */
const USABLE = /^[\x21-\x7e]{1,128}$/;

/**
 * What a request is known by in the logs of all who handle it: the client's `X-Request-Id` where it is
 * usable, else an id that is made up. To make one is cheap: as a getter, which records had to be read by
 * slowly because each was of another shape, it cost ten times as much.
 */
export function requestIdOf({ 'x-request-id': given }: IncomingHttpHeaders): string {
  return typeof given === 'string' && USABLE.test(given) ? given : randomUUID();
}
