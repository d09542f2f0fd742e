import type { AnswerStage } from '../../answer-stage.ts';
import { contextOf } from '../../context.ts';
import { hasOwnCredentials } from '../own-credentials.ts';
import { exposedSecret, withoutExposed, withoutSecrets } from './answer-secrets.ts';
import { isRemoved } from './removed-fields.ts';

/** Applies the header edits of a request to its answer. All of them are looked at, in the order they ran. */
export const EDITED_ANSWER: AnswerStage = {
  /** The function that set credentials for the upstream may have better ones for the next request. */
  received(req, { status }) {
    if (status !== 401) return;
    for (const { onUnauthorized } of contextOf(req).headerEdits) onUnauthorized?.();
  },

  judge(req, answer) {
    const { headerEdits } = contextOf(req);
    const cause = exposedSecret(answer, headerEdits, hasOwnCredentials(headerEdits));
    return cause && { reason: 'upstream_invalid', cause };
  },

  head(req, head) {
    const { headerEdits } = contextOf(req);
    for (const field of head.fields) {
      for (const { response } of headerEdits) {
        if (field.isOfOrigin && response.forward?.has(field.folded)) field.ends = false;
      }
      if (isRemoved(field.folded, headerEdits)) field.ends = true;
      if (field.ends) continue;
      field.values = withoutExposed(field, headerEdits);
      if (field.values.length === 0) field.ends = true;
    }
    for (const { response } of headerEdits) {
      for (const [name, value] of response.set) head.set(name, value);
    }
  },

  redact: (req, text) => withoutSecrets(text, contextOf(req).headerEdits),
};
