import type { PolicyRule } from '../../slots/policies/policy.ts';
import { bodySchemaRule } from '../schema/body-schema.ts';
import { compileBodySchema } from '../schema/compile-body-schema.ts';
import type { Source } from './config-parts.ts';

/** The rule of `validation/json-schema`; none where no endpoint has one. */
export function jsonSchemaOf({ group }: Source): PolicyRule[] {
  const rules = group.flatMap(({ method, extra, extraNotes }) => {
    const schema = extra['validation/json-schema'];
    if (schema === undefined) return [];
    const notes = extraNotes.at('validation/json-schema');
    if (method !== 'POST') {
      notes.refuse(
        `KrakenD refuses each ${method} with it, because there is no body; write it at the POST alone`,
      );
      return [];
    }
    notes.warn(
      'what does not match is 403; of a batch each message has to match, where KrakenD compares the array',
    );
    try {
      return [bodySchemaRule(compileBodySchema(schema))];
    } catch (error) {
      notes.refuse(
        `${(error as Error).message}; with a schema that it cannot read, KrakenD checks nothing`,
      );
      return [];
    }
  });
  return rules;
}
