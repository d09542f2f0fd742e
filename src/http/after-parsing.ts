import type { ServerResponse } from 'node:http';

/**
 * Answers when Node's parser is done with the bytes that came together with the head, and so no later
 * than the next I/O: the body that was among them can be looked at then, for the id of the request.
 */
export function afterParsing(res: ServerResponse, answer: () => void): void {
  process.nextTick(() => {
    if (!res.headersSent && !res.closed) answer();
  });
}
