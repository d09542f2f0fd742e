import type { BodyEditor } from '../../body-editor.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { EventLists } from './event-lists.ts';
import { JsonLists } from './json-lists.ts';
import type { ListFilter } from './list-filter.ts';

/** Why nothing can be taken out of an answer: two readers could take it for different things. */
export function uneditable(answer: UpstreamAnswer): Error | undefined {
  const { mayBeStream, mayBeJson, isOther } = typeOf(answer);
  if (isOther) return undefined;
  const { 'content-encoding': coding = 'identity' } = answer.headers;
  if (coding.toLowerCase() !== 'identity') return new Error('An answer with a list is encoded');
  if (mayBeStream !== answer.isEventStream || (mayBeStream && mayBeJson)) {
    return new Error('An answer with a list is of two media types');
  }
  return undefined;
}

/**
 * What takes out of an answer what the caller may not see; undefined for an answer of a type that no
 * client reads a message in. The answer is not {@link uneditable}.
 */
export function listEditor(answer: UpstreamAnswer, filter: ListFilter): BodyEditor | undefined {
  if (typeOf(answer).isOther) return undefined;
  return answer.isEventStream ? new EventLists(filter) : new JsonLists(filter);
}

/** Some clients only look whether the media type is somewhere in the field. */
function typeOf({ contentTypes }: UpstreamAnswer) {
  const mayBeStream = contentTypes.includes('event-stream');
  const mayBeJson = contentTypes.includes('json');
  return { mayBeStream, mayBeJson, isOther: contentTypes !== '' && !mayBeStream && !mayBeJson };
}
