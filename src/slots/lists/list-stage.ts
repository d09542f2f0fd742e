import type { IncomingMessage } from 'node:http';
import type { AnswerProblem, AnswerStage } from '../../answer-stage.ts';
import type { BodyEditor } from '../../body-editor.ts';
import type { RequestContext } from '../../context.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { UNENCODED } from '../../header-edits.ts';
import { EventLists } from './event-lists.ts';
import { JsonLists } from './json-lists.ts';
import { isForList, ListUse } from './list-use.ts';

/** Whether a request may be answered with lists: a POST that asks for one, and a GET, on whose stream any may come. */
export function mayBringLists({ req, mcp }: RequestContext): boolean {
  return req.method === 'GET' || mcp?.messages.some(isForList) === true;
}

/**
 * The use that is made of the lists in the answer to this request. All slots that use them share one reading.
 */
export function listsOf(context: RequestContext): ListUse {
  const known = context.stages.find((stage) => stage instanceof ListStage);
  if (known !== undefined) return known.use;
  const stage = new ListStage(new ListUse(context));
  context.addHeaderEdits(UNENCODED);
  context.addStage(stage);
  return stage.use;
}

/** Reads the lists in an answer on its way to the client. */
class ListStage implements AnswerStage {
  readonly use: ListUse;

  constructor(use: ListUse) {
    this.use = use;
  }

  received(_req: IncomingMessage, { status }: UpstreamAnswer): void {
    this.use.hasFailed = status >= 400;
  }

  judge(_req: IncomingMessage, answer: UpstreamAnswer): AnswerProblem | undefined {
    const cause = unreadable(answer);
    if (cause === undefined) return undefined;
    if (this.use.filter !== undefined) return { reason: 'upstream_invalid', cause };
    this.use.unread(cause);
    return undefined;
  }

  editor(_req: IncomingMessage, answer: UpstreamAnswer): BodyEditor | undefined {
    if (typeOf(answer).isOther || unreadable(answer) !== undefined) return undefined;
    if (answer.isEventStream) return new EventLists(this.use);
    const { 'content-length': length } = answer.headers;
    return new JsonLists(this.use, length === undefined ? undefined : Number(length));
  }

  async session(sessionId: string): Promise<void> {
    this.use.session(sessionId);
  }
}

/** Why an answer cannot be read: two readers could take it for different things. */
function unreadable(answer: UpstreamAnswer): Error | undefined {
  const { mayBeStream, mayBeJson, isOther } = typeOf(answer);
  // No client reads a message in an answer of another type.
  if (isOther) return undefined;
  const { 'content-encoding': coding = 'identity' } = answer.headers;
  if (coding.toLowerCase() !== 'identity') return new Error('An answer with a list is encoded');
  if (mayBeStream !== answer.isEventStream || (mayBeStream && mayBeJson)) {
    return new Error('An answer with a list is of two media types');
  }
  if (!isReadAsAscii(answer)) return new Error('An answer with a list is in another charset');
  return undefined;
}

/**
 * Charsets in which every character with a meaning in JSON and in event streams has the same bytes as in
 * UTF-8.
 */
const AS_ASCII =
  /charset="?(?:utf-?8|(?:us-)?ascii|iso-8859-1|latin1|windows-1252)(?:"[\t ]*|[\t ]*)(?=[;,]|$)/g;

/** The official client in Python, and others, decode with the charset that the field names. */
function isReadAsAscii({ contentTypes }: UpstreamAnswer): boolean {
  return !contentTypes.replace(AS_ASCII, '').includes('charset');
}

/** Some clients only look whether the media type is somewhere in the field. */
function typeOf({ contentTypes }: UpstreamAnswer) {
  const mayBeStream = contentTypes.includes('event-stream');
  const mayBeJson = contentTypes.includes('json');
  return { mayBeStream, mayBeJson, isOther: contentTypes !== '' && !mayBeStream && !mayBeJson };
}
