import type { ServerResponse } from 'node:http';

const NAME = 'X-Content-Type-Options';

/**
 * Keeps browsers from taking an answer for a page or a script (Fetch standard, section 3.6). What the app has
 * set stays.
 */
export function forbidSniffing(res: ServerResponse): void {
  if (!res.hasHeader(NAME)) res.setHeader(NAME, 'nosniff');
}
