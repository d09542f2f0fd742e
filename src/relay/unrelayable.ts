import type { IncomingMessage } from 'node:http';
import { isFieldValue } from '../http/field.ts';
import { isChunkedExactly } from '../http/framing.ts';

/** Node keeps this many header lines of an answer and silently drops the rest. */
const MAX_HEADERS = 1000;

/**
 * Whether the head of an answer can be passed on as it is: a final status that is neither a redirect
 * (its target is the upstream's business, not the client's) nor unknown, whole, and without anything
 * that another reader might take for the end of a line or of the message.
 */
export function isRelayable(answer: IncomingMessage): boolean {
  const status = answer.statusCode ?? 0;
  if (status < 200 || (status >= 300 && status < 400) || status > 599) return false;
  if (answer.rawHeaders.length / 2 >= MAX_HEADERS) return false;
  if (answer.httpVersionMajor !== 1 || !isFieldValue(answer.statusMessage)) return false;
  const coding = answer.headers['transfer-encoding'];
  if (coding !== undefined && !(answer.httpVersion === '1.1' && isChunkedExactly(coding))) {
    return false;
  }
  return answer.rawHeaders.every(isFieldValue);
}
