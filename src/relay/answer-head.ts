import type { IncomingMessage, ServerResponse } from 'node:http';
import vary from 'vary';
import type { HeaderEdits } from '../context.ts';
import { foldFieldName, isFieldValue } from '../http/field.ts';
import { isChunkedExactly } from '../http/framing.ts';
import { isHopByHop, nominatedFields } from '../http/hop-by-hop.ts';
import { isEventStream } from '../http/media-type.ts';
import type { BodyEdit } from './body-editor.ts';
import { isOfCredentials } from './own-credentials.ts';

/** What holds for the very bytes of the upstream's body, and for no others. */
const DESCRIBES_BYTES: ReadonlySet<string> = new Set([
  'content-digest',
  'content-length',
  'content-md5',
  'digest',
  'etag',
  'last-modified',
  'repr-digest',
]);

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

/** What decides about the head of the client's answer, besides the upstream's. */
export interface AnswerHeadSettings {
  readonly edits: readonly HeaderEdits[];
  /** Whether the upstream's CORS headers come through where the host app has set none. */
  readonly relayCors: boolean;
  /** What became of the body, if it is not as it was. */
  readonly edit?: BodyEdit | undefined;
  /** Whether what the upstream says of credentials is no news for the client. */
  readonly dropsChallenges: boolean;
  readonly rewriteChallenge?: ((challenge: string) => string) | undefined;
}

/**
 * Writes the head of the client's answer: the upstream's status with a reason phrase of our own, and
 * its headers, spelled as they came, without those that end here.
 */
export function writeAnswerHead(
  res: ServerResponse,
  answer: IncomingMessage,
  settings: AnswerHeadSettings,
): void {
  for (const [lower, field] of answerFields(answer, settings)) {
    if (lower === 'www-authenticate' && settings.rewriteChallenge !== undefined) {
      field.values = field.values.map(settings.rewriteChallenge);
    }
    if (isOurs(lower) && res.hasHeader(field.name)) continue;
    // What was set before us belongs to this answer as well: to be added to, not to be replaced.
    if (lower === 'vary') vary(res, field.values.join());
    else res.setHeader(field.name, field.values.length > 1 ? field.values : field.values.join());
  }
  if (settings.edit?.length !== undefined) res.setHeader('Content-Length', settings.edit.length);
  for (const { response } of settings.edits) {
    for (const [name, value] of response.set) res.setHeader(name, value);
  }
  if (isEventStream(answer.headers['content-type']) && !res.hasHeader('x-accel-buffering')) {
    // The MCP specification asks for it on event streams: nginx would hold them back otherwise.
    res.setHeader('X-Accel-Buffering', 'no');
  }
  res.writeHead(answer.statusCode as number);
}

/** Fields of the answer that are left as they were set in front of the relay, where they were. */
function isOurs(name: string): boolean {
  return name.startsWith('access-control-') || name === 'ratelimit' || name === 'ratelimit-policy';
}

interface AnswerField {
  readonly name: string;
  values: string[];
}

function answerFields(
  answer: IncomingMessage,
  { edits, relayCors, dropsChallenges, edit }: AnswerHeadSettings,
): Map<string, AnswerField> {
  const fields = new Map<string, AnswerField>();
  const nominated = nominatedFields(answer.headers.connection);
  const lines = answer.rawHeaders;
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] as string;
    const value = lines[i + 1] as string;
    const lower = name.toLowerCase();
    if (isHopByHop(lower) || nominated.has(lower)) continue;
    if (!relayCors && lower.startsWith('access-control-')) continue;
    if (dropsChallenges && isOfCredentials(lower)) continue;
    // RFC 9110 section 8.6: a 204 has no length, and some clients would wait for that many bytes.
    if (lower === 'content-length' && answer.statusCode === 204) continue;
    if (edit !== undefined && DESCRIBES_BYTES.has(lower)) continue;
    if (isRemoved(lower, value, edits)) continue;
    const field = fields.get(lower);
    if (field === undefined) fields.set(lower, { name, values: [value] });
    else field.values.push(value);
  }
  return fields;
}

function isRemoved(name: string, value: string, edits: readonly HeaderEdits[]): boolean {
  for (const { response, secrets } of edits) {
    if (response.remove.size > 0 && response.remove.has(foldFieldName(name))) return true;
    for (const secret of secrets) if (value.includes(secret)) return true;
  }
  return false;
}
