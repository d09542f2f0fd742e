import type { AnswerField } from '../../answer-stage.ts';
import type { BodyEdit } from '../../body-editor.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { foldFieldName } from '../../http/field.ts';
import { isHopByHop, nominatedFields } from '../../http/hop-by-hop.ts';
import { speaksForOrigin } from './origin-fields.ts';

/** Fields that hold for the exact bytes of the upstream's body, and for no others. */
const DESCRIBES_BYTES: ReadonlySet<string> = new Set([
  'content-digest',
  'content-length',
  'content-md5',
  'digest',
  'etag',
  'last-modified',
  'repr-digest',
]);

/** What decides about the fields of an answer before any stage does. */
export interface AnswerFieldSettings {
  /** Whether the upstream is a part of the app, and speaks for its origin. */
  readonly isInProcess: boolean;
  /** How the body was changed, if it was. */
  readonly edit: BodyEdit | undefined;
}

/** The fields of an answer that may come back, by lower-case name. */
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
    const field = fields.get(lower);
    if (field !== undefined) {
      field.values.push(value);
      continue;
    }
    const folded = foldFieldName(lower);
    if (isHopByHop(folded) || nominated.has(lower)) continue;
    // RFC 9110 section 8.6: a 204 has no length, and some clients would wait for that many bytes.
    if (lower === 'content-length' && answer.status === 204) continue;
    if (isReplaced(folded, settings)) continue;
    const isOfOrigin = !settings.isInProcess && speaksForOrigin(folded);
    fields.set(lower, { name, folded, isOfOrigin, values: [value], ends: isOfOrigin });
  }
  return fields;
}

function isReplaced(folded: string, { isInProcess, edit }: AnswerFieldSettings): boolean {
  if (edit !== undefined && DESCRIBES_BYTES.has(folded)) return true;
  // The gateway sets it, so that it says nothing but `nosniff`.
  return !isInProcess && folded === 'x-content-type-options';
}
