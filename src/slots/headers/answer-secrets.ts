import type { AnswerField } from '../../answer-stage.ts';
import type { UpstreamAnswer } from '../../engine/upstream-answer.ts';
import type { HeaderEdits } from '../../header-edits.ts';
import { foldFieldName } from '../../http/field.ts';
import { isOfCredentials } from '../own-credentials.ts';
import { isRemoved } from './removed-fields.ts';

type Secret = HeaderEdits['secrets'][number];

/** Shorter values ("1", "prod") occur inside of harmless words. */
const DISTINCT_LENGTH = 8;

/** A character that may stand next to a value which is not a part of something else. */
const SEPARATOR = /[\s,;:=&?"'()<>]/;

/**
 * The lines of a field without those that expose a secret; `onSecret` is told of each. A field that clients
 * need keeps its values.
 */
export function withoutExposed(
  { name, values }: AnswerField,
  edits: readonly HeaderEdits[],
): string[] {
  return values.filter((value) => !isExposed(name, value, edits));
}

function isExposed(name: string, value: string, edits: readonly HeaderEdits[]): boolean {
  for (const { secrets, onSecret } of edits) {
    for (const secret of secrets) {
      const isNamed = isNamedAfter(name, secret);
      const isFound = isNamed || (holds(value, secret) && !isNeeded(foldFieldName(name)));
      if (!isFound) continue;
      onSecret?.(secret.name, isNamed ? '•••' : name);
      return true;
    }
  }
  return false;
}

/**
 * Whether the name of a field holds a secret. No field that clients need does; some servers change the case
 * of names.
 */
function isNamedAfter(name: string, secret: Secret): boolean {
  return isDistinct(secret) && name.toLowerCase().includes(secret.value.toLowerCase());
}

/**
 * Why an answer cannot be passed on: a field that clients need holds a secret, and without that field a
 * client would take it for another answer. Half an answer is worse than none.
 */
export function exposedSecret(
  { rawHeaders }: UpstreamAnswer,
  edits: readonly HeaderEdits[],
  dropsChallenges: boolean,
): Error | undefined {
  if (edits.every(({ secrets }) => secrets.length === 0)) return undefined;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const field = rawHeaders[i] as string;
    const folded = foldFieldName(field);
    if (!isNeeded(folded) || folded === 'content-length' || isRemoved(folded, edits)) continue;
    if (dropsChallenges && isOfCredentials(folded)) continue;
    const value = rawHeaders[i + 1] as string;
    for (const { secrets } of edits) {
      const found = secrets.find((secret) => isDistinct(secret) && value.includes(secret.value));
      if (found === undefined) continue;
      const shown = withoutSecrets(field, edits);
      return new Error(
        `The upstream's header '${shown}' holds the secret value of '${found.name}'`,
      );
    }
  }
  return undefined;
}

/** Whether clients need a field of this name. Takes a folded name. */
function isNeeded(name: string): boolean {
  return name.startsWith('mcp-') || name.startsWith('content-') || name === 'www-authenticate';
}

/** Text for the operator of the gateway, without the secrets that an upstream may have sent back. */
export function withoutSecrets(text: string, edits: readonly HeaderEdits[]): string {
  let told = text;
  for (const { secrets } of edits) {
    for (const { value } of secrets) told = told.replaceAll(value, '•••');
  }
  return told;
}

function holds(text: string, secret: Secret): boolean {
  const { value } = secret;
  let at = text.indexOf(value);
  if (isDistinct(secret)) return at !== -1;
  for (; at !== -1; at = text.indexOf(value, at + 1)) {
    if (isEdge(text[at - 1]) && isEdge(text[at + value.length])) return true;
  }
  return false;
}

function isDistinct({ value }: Secret): boolean {
  return value.length >= DISTINCT_LENGTH;
}

function isEdge(character: string | undefined): boolean {
  return character === undefined || SEPARATOR.test(character);
}
