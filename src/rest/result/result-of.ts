import type { ApiAnswer } from '../call/read-answer.ts';
import { isObject } from '../json.ts';
import { cut } from './cut.ts';
import { errorText } from './error-text.ts';
import { isDeep } from './is-deep.ts';
import { kindOf, type MediaType, readMediaType, textOf } from './media.ts';
import { type Era, unexpected } from './output.ts';
import { pick } from './pick.ts';
import type { ResultSettings } from './result-settings.ts';
import { type ContentBlock, errorResult, type ToolResult, textResult } from './tool-result.ts';

/**
 * The result that a client gets for an answer. `scrub` takes secrets, and the place of the API, out of the
 * text of an error.
 */
export function resultOf(
  answer: ApiAnswer,
  settings: ResultSettings,
  era: Era,
  scrub: (text: string) => string,
): ToolResult {
  const { status, bytes, length } = answer;
  if (status < 200 || status > 299) return errorResult(errorText(answer, scrub));
  if (bytes === undefined) {
    return tooLarge(answer.isLengthKnown ? length : `more than ${length}`, settings);
  }
  const type = readMediaType(answer.contentType);
  if (length === 0) return withoutBody(status, settings);
  switch (kindOf(type, bytes)) {
    case 'json':
      return jsonResult(textOf(bytes, type), settings, era);
    case 'text':
    case 'html':
      return plainText(textOf(bytes, type), settings);
    case 'image':
    case 'audio':
    case 'binary':
      return length > settings.max ? tooLarge(length, settings) : binary(bytes, type, settings);
    default:
      return plainText('', settings);
  }
}

function withoutBody(status: number, settings: ResultSettings): ToolResult {
  return noted(
    textResult(`HTTP ${status}: done, and there is nothing to show.`),
    settings,
    'The API gave no result.',
  );
}

function plainText(text: string, settings: ResultSettings): ToolResult {
  const length = Buffer.byteLength(text);
  if (length > settings.max) return tooLarge(length, settings);
  return noted(textResult(text), settings, 'The API gave a text.');
}

function binary(bytes: Buffer, type: MediaType | undefined, settings: ResultSettings): ToolResult {
  const mimeType = type?.essence ?? 'application/octet-stream';
  const data = bytes.toString('base64');
  const [kind] = mimeType.split('/');
  const block: ContentBlock =
    kind === 'image' || kind === 'audio'
      ? { type: kind, data, mimeType }
      : { type: 'resource', resource: { uri: `urn:rest:${settings.tool}`, mimeType, blob: data } };
  return noted({ content: [block] }, settings, `The API gave ${mimeType}.`);
}

function jsonResult(text: string, settings: ResultSettings, era: Era): ToolResult {
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch {
    return plainText(text, settings);
  }
  if (isDeep(whole)) return plainText(text, settings);
  const { max, pick: tree } = settings;
  const value = pick(whole, tree);
  // Where nothing is left out, the text of the API is kept: its numbers may be longer than any that
  // JavaScript has.
  const own = tree.size === 0 ? text : JSON.stringify(value);
  if (Buffer.byteLength(own) <= max) return structured(own, value, settings, era);
  const compact = JSON.stringify(value);
  const length = Buffer.byteLength(compact);
  if (length <= max) return structured(compact, value, settings, era);
  const shorter = cut(value, max);
  if (shorter === undefined) return tooLarge(length, settings);
  return structured(shorter.text, shorter.value, settings, era);
}

function structured(text: string, value: unknown, settings: ResultSettings, era: Era): ToolResult {
  const { output } = settings;
  const result = textResult(text);
  if (output === undefined) {
    const isTaken = era === 'modern' || isObject(value);
    return isTaken ? { ...result, structuredContent: value } : result;
  }
  if (!output.fits(value)) {
    return noted(result, settings, 'The result does not fit the output schema of this tool.');
  }
  const isWrapped = era === 'legacy' && !output.isObject;
  return { ...result, structuredContent: isWrapped ? { result: value } : value };
}

/** Adds a note to a result that is no JSON, or that does not fit the output schema of the tool. */
function noted(result: ToolResult, { output }: ResultSettings, why: string): ToolResult {
  if (output === undefined) return result;
  const { note, structured: structuredContent } = unexpected(why);
  return { content: [...result.content, { type: 'text', text: note }], structuredContent };
}

function tooLarge(length: number | string, { paging }: ResultSettings): ToolResult {
  const names = paging.map((name) => JSON.stringify(name)).join(', ');
  const advice =
    names === '' ? 'Ask for less, if an argument allows that.' : `Use ${names} to ask for less.`;
  return errorResult(`The result is too large: ${length} bytes. ${advice}`);
}
