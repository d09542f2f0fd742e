import type { ServerResponse } from 'node:http';

const NAME = 'X-Content-Type-Options';

/**
 * No browser is to find a page or a script in what is none (Fetch standard, section 3.6). What the app
 * has set stays.
 */
export function forbidSniffing(res: ServerResponse): void {
  if (!res.hasHeader(NAME)) res.setHeader(NAME, 'nosniff');
}
