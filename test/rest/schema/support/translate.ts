import { References } from '../../../../src/rest/document/references.ts';
import {
  type TranslatedSchema,
  translateSchema,
} from '../../../../src/rest/schema/translate-schema.ts';

export type Version = '3.0' | '3.1';
export type Direction = 'request' | 'response';

interface Options {
  readonly direction?: Direction;
  readonly version?: Version;
  /** The schemas that references can lead to, by their names. */
  readonly schemas?: Readonly<Record<string, unknown>>;
}

/** Translates a schema of a document that has `schemas` among its components. */
export function translate(
  schema: unknown,
  { direction = 'request', version = '3.1', schemas = {} }: Options = {},
): TranslatedSchema {
  const references = new References({ components: { schemas } });
  const resolve = (ref: string) => references.resolve(ref);
  return translateSchema(schema, { direction, version, resolve });
}

/** A reference to one of `schemas`. */
export const ref = (name: string): { $ref: string } => ({ $ref: `#/components/schemas/${name}` });

// An object literal with this member looks like a promise to the linter.
const THEN = 'then';

/** A condition of JSON Schema. */
export function condition(asked: object, met: object, otherwise?: object): object {
  return { if: asked, [THEN]: met, ...(otherwise !== undefined && { else: otherwise }) };
}
