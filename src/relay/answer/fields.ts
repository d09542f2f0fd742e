import type { HeaderEdits } from '../../context.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { foldFieldName } from '../../http/field.ts';
import { isHopByHop, nominatedFields } from '../../http/hop-by-hop.ts';
import type { BodyEdit } from './body-editor.ts';
import { speaksForOrigin } from './origin-fields.ts';
import { isOfCredentials } from './own-credentials.ts';
import { isRemoved } from './removed-fields.ts';
import { dropsSecret } from './secrets.ts';

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

/** What decides about the fields of the client's answer, besides the upstream's. */
export interface AnswerFieldSettings {
  readonly edits: readonly HeaderEdits[];
  /** Whether the upstream's CORS headers come through where the host app has set none. */
  readonly relayCors: boolean;
  /** Whether the upstream is a part of the app, and speaks for its origin. */
  readonly isInProcess: boolean;
  /** Whether what the upstream says of credentials is no news for the client. */
  readonly dropsChallenges: boolean;
  /** What became of the body, if it is not as it was. */
  readonly edit?: BodyEdit | undefined;
}

/** A field of an answer, all its lines. */
export interface AnswerField {
  /** Spelled as it came. */
  readonly name: string;
  values: string[];
}

/** The fields of an answer that come back, by lower-case name. */
export function answerFields(
  answer: UpstreamAnswer,
  settings: AnswerFieldSettings,
): Map<string, AnswerField> {
  const fields = new Map<string, AnswerField>();
  const nominated = nominatedFields(answer.headers.connection);
  const lines = answer.rawHeaders;
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i] as string;
    const value = lines[i + 1] as string;
    const lower = name.toLowerCase();
    const folded = foldFieldName(lower);
    if (isHopByHop(folded) || nominated.has(lower)) continue;
    // RFC 9110 section 8.6: a 204 has no length, and some clients would wait for that many bytes.
    if (lower === 'content-length' && answer.status === 204) continue;
    if (endsHere(folded, settings)) continue;
    if (dropsSecret(name, value, settings.edits)) continue;
    const field = fields.get(lower);
    if (field === undefined) fields.set(lower, { name, values: [value] });
    else field.values.push(value);
  }
  return fields;
}

function endsHere(folded: string, settings: AnswerFieldSettings): boolean {
  const { edits, relayCors, isInProcess, dropsChallenges, edit } = settings;
  if (!relayCors && folded.startsWith('access-control-')) return true;
  if (dropsChallenges && isOfCredentials(folded)) return true;
  if (edit !== undefined && DESCRIBES_BYTES.has(folded)) return true;
  if (!isInProcess) {
    if (speaksForOrigin(folded) && !isForwarded(folded, edits)) return true;
    // Set by us, lest something else than `nosniff` be in it.
    if (folded === 'x-content-type-options') return true;
  }
  return isRemoved(folded, edits);
}

function isForwarded(folded: string, edits: readonly HeaderEdits[]): boolean {
  for (const { response } of edits) if (response.forward?.has(folded)) return true;
  return false;
}
