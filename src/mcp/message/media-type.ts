import type { IncomingHttpHeaders } from 'node:http';
import { type MessageProblem, unsupportedMediaType } from '../message-problem.ts';

const TYPE = unsupportedMediaType('Send the message as application/json, in UTF-8');
const CODING = unsupportedMediaType('Send the message without a content coding');

/** The name of UTF-8, and its other label in the Encoding standard. */
const UTF8 = /^utf-?8$/i;
const JSON_TYPE = /^application\/json(?=[\t ;]|$)/i;
/** RFC 9110 section 5.6.6: a parameter, or none behind its semicolon. */
const PARAMETER =
  /[\t ]*;[\t ]*(?:([!#$%&'*+\-.^_`|~\w]+)=(?:([!#$%&'*+\-.^_`|~\w]+)|"((?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*)"))?/y;

/** Checks by the headers of a POST whether its body can be a message. */
export function checkMediaType(headers: IncomingHttpHeaders): MessageProblem | undefined {
  const { 'content-type': type, 'content-encoding': coding } = headers;
  if (type !== 'application/json' && !isUtf8Json(type ?? '')) return TYPE;
  return coding === undefined || coding.toLowerCase() === 'identity' ? undefined : CODING;
}

/**
 * Whether a content type is JSON in UTF-8, which is also its default (RFC 8259 section 8.1). A malformed one,
 * or one with two charsets, may mean anything, and does not count.
 */
function isUtf8Json(contentType: string): boolean {
  let end = JSON_TYPE.exec(contentType)?.[0].length;
  if (end === undefined) return false;
  let hasCharset = false;
  while (end < contentType.length) {
    PARAMETER.lastIndex = end;
    const parameter = PARAMETER.exec(contentType);
    if (parameter === null) return false;
    end = PARAMETER.lastIndex;
    const [, name, token, quoted] = parameter;
    if (name?.toLowerCase() !== 'charset') continue;
    const charset = token ?? quoted?.replace(/\\(.)/g, '$1');
    if (hasCharset || !UTF8.test(charset ?? '')) return false;
    hasCharset = true;
  }
  return true;
}
