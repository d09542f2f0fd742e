import { unguarded } from '../json/guarded.ts';
import { isJsonObject, type JsonObject } from '../json/json-object.ts';
import { isSoundText } from '../json/sound-text.ts';
import { invalidParams, type MessageProblem } from '../message-problem.ts';
import { isPlainUri } from './resource-uri.ts';

interface NameSource {
  /** The member of `params` that names what the method is applied to. */
  readonly member: string;
  /** Whether `Mcp-Name` has to repeat it in the modern era. If not, a missing one is left to the upstream. */
  readonly isMirrored: boolean;
  readonly problem: MessageProblem;
}

const source = (member: string, isMirrored: boolean): NameSource => ({
  member,
  isMirrored,
  problem: invalidParams(
    `In the params of this method "${member}" is ${isMirrored ? '' : 'absent, or '}a string without NUL`,
  ),
});

/** MCP 2026-07-28, "Standard Request Headers"; the Tasks extension, "Routing Headers". */
const SOURCES: ReadonlyMap<string, NameSource> = new Map([
  ['tools/call', source('name', true)],
  ['prompts/get', source('name', true)],
  ['resources/read', source('uri', true)],
  ['resources/subscribe', source('uri', false)],
  ['resources/unsubscribe', source('uri', false)],
  ['tasks/get', source('taskId', true)],
  ['tasks/update', source('taskId', true)],
  ['tasks/cancel', source('taskId', true)],
  ['tasks/result', source('taskId', false)],
]);

const AMBIGUOUS_URI = invalidParams(
  'Servers could take this URI for another one; send it in its normal form, without "." and ".." \
segments, backslashes, encoded slashes and control characters',
);

const COMPLETION = 'completion/complete';
const NO_REFERENCE = invalidParams(
  'This method needs "ref" in its params, an object with either "name" or "uri", a string without NUL',
);

/** All methods whose messages name something. */
export const NAMED_METHODS: readonly string[] = [...SOURCES.keys(), COMPLETION];

/** Whether `Mcp-Name` has to repeat the name of this method's messages in the modern era. */
export function isNameMirrored(method: string): boolean {
  return SOURCES.get(method)?.isMirrored === true;
}

/**
 * What a method with these `params`, unguarded, is applied to; `undefined` for methods that name nothing, or
 * that are not known here.
 */
export function nameOf(
  method: string,
  params: JsonObject | undefined,
): string | undefined | MessageProblem {
  if (method === COMPLETION) return referenceIn(params);
  const found = SOURCES.get(method);
  if (found === undefined) return undefined;
  // A member that is there may read as undefined: arrays and objects were passed over.
  const isThere = params !== undefined && found.member in params;
  if (!isThere && !found.isMirrored) return undefined;
  const name = params?.[found.member];
  if (!isSoundText(name)) return found.problem;
  return isNameOf(method, name) ? name : AMBIGUOUS_URI;
}

/** Whether all readers take a text for the same name where this method is applied to it. */
export function isNameOf(method: string, text: string): boolean {
  return isSoundText(text) && (SOURCES.get(method)?.member !== 'uri' || isPlainUri(text));
}

/** The name or URI in `ref`. With both, some servers would take the one and some the other. */
function referenceIn(params: JsonObject | undefined): string | MessageProblem {
  const ref = unguarded(params?.ref);
  if (!isJsonObject(ref)) return NO_REFERENCE;
  const { name = null, uri = null } = ref;
  if (name !== null && uri !== null) return NO_REFERENCE;
  const text = name ?? uri;
  if (!isSoundText(text)) return NO_REFERENCE;
  return text === name || isPlainUri(text) ? text : AMBIGUOUS_URI;
}
