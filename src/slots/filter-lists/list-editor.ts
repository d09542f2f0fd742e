import type { BodyEditor } from '../../body-editor.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { EventLists } from './event-lists.ts';
import { JsonLists } from './json-lists.ts';
import type { ListFilter } from './list-filter.ts';

/**
 * What takes out of an answer what the caller may not see; undefined for an answer of a type that no
 * client reads a message in.
 *
 * @throws {Error} where two readers could take the answer for different things.
 */
export function listEditor(answer: UpstreamAnswer, filter: ListFilter): BodyEditor | undefined {
  // Some clients only look whether the media type is somewhere in the field.
  const type = answer.contentTypes;
  const mayBeStream = type.includes('event-stream');
  const mayBeJson = type.includes('json');
  if (type !== '' && !mayBeStream && !mayBeJson) return undefined;
  const { 'content-encoding': coding = 'identity' } = answer.headers;
  if (coding.toLowerCase() !== 'identity') throw new Error('An answer with a list is encoded');
  if (mayBeStream !== answer.isEventStream || (mayBeStream && mayBeJson)) {
    throw new Error('An answer with a list is of two media types');
  }
  return mayBeStream ? new EventLists(filter) : new JsonLists(filter);
}
