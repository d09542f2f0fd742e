import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import { foldFieldName } from '../../http/field.ts';
import { forbidSniffing } from '../../http/forbid-sniffing.ts';
import { type AnswerField, type AnswerFieldSettings, answerFields } from './fields.ts';
import { mergeVary } from './merge-vary.ts';
import { isProtection, speaksForOrigin } from './origin-fields.ts';
import { isRemoved } from './removed-fields.ts';

/** What decides about the head of the client's answer, besides the upstream's. */
export interface AnswerHeadSettings extends AnswerFieldSettings {
  readonly rewriteChallenge?: ((challenge: string, req: IncomingMessage) => string) | undefined;
}

/**
 * Writes the head of the client's answer: the upstream's status with a reason phrase of our own, and
 * its headers, spelled as they came, without those that end here. Where that fails (what the app has
 * put around `writeHead` may throw), nothing of the upstream is left for the answer that says so.
 */
export function writeAnswerHead(
  res: ServerResponse,
  answer: UpstreamAnswer,
  settings: AnswerHeadSettings,
): void {
  const before = res.getHeaders();
  try {
    write(res, answer, settings);
  } catch (error) {
    if (!res.headersSent) {
      for (const name of res.getHeaderNames()) res.removeHeader(name);
      for (const name in before) res.setHeader(name, before[name] as string);
    }
    throw error;
  }
}

function write(res: ServerResponse, answer: UpstreamAnswer, settings: AnswerHeadSettings): void {
  for (const [lower, field] of answerFields(answer, settings)) {
    if (lower === 'www-authenticate' && settings.rewriteChallenge !== undefined) {
      const { rewriteChallenge } = settings;
      field.values = field.values.map((value) => rewriteChallenge(value, res.req));
    }
    setField(res, lower, field, settings.isInProcess);
  }
  if (settings.edit?.length !== undefined) res.setHeader('Content-Length', settings.edit.length);
  for (const { response } of settings.edits) {
    for (const [name, value] of response.set) res.setHeader(name, value);
  }
  if (answer.isEventStream && !res.hasHeader('x-accel-buffering')) {
    // The MCP specification asks for it on event streams: nginx would hold them back otherwise.
    res.setHeader('X-Accel-Buffering', 'no');
  }
  if (!isRemoved('x-content-type-options', settings.edits)) forbidSniffing(res);
  res.writeHead(answer.status);
}

/** What was set before us belongs to this answer as well: to be kept or added to, not to be replaced. */
function setField(
  res: ServerResponse,
  lower: string,
  { name, values }: AnswerField,
  isInProcess: boolean,
): void {
  if (lower === 'vary') {
    mergeVary(res, values);
    return;
  }
  if (lower === 'set-cookie') {
    // Not `appendHeader`, which changes the list that the app has set.
    const own = res.getHeader(lower);
    res.setHeader(name, [own ?? [], values].flat() as string[]);
    return;
  }
  const folded = foldFieldName(lower);
  if (isOurs(folded) && res.hasHeader(folded)) return;
  if (!isInProcess && isOfApp(folded) && res.hasHeader(folded)) return;
  res.setHeader(name, values.length > 1 ? values : values.join());
}

/** Fields of the answer that are left as they were set in front of the relay, where they were. */
function isOurs(folded: string): boolean {
  return (
    folded.startsWith('access-control-') || folded === 'ratelimit' || folded === 'ratelimit-policy'
  );
}

/** Fields that are about more than this answer. */
function isOfApp(folded: string): boolean {
  return isProtection(folded) || speaksForOrigin(folded);
}
