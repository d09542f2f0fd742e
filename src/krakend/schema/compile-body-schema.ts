import type { Ajv, AnySchemaObject, ValidateFunction } from 'ajv';
import type { FormatsPlugin } from 'ajv-formats';
import { requirePeer } from '../../lib/require-peer.ts';
import { SchemaCompiler } from '../../schema/compiler.ts';
import { addMendedFormats } from '../../schema/mend-formats.ts';

/** The dialect that KrakenD assumes for a schema without `$schema`. */
const DRAFT = 'http://json-schema.org/draft-07/schema#';

let compiler: SchemaCompiler | undefined;

/**
 * Compiles the schema of a document. The packages are loaded only where a document has a schema: other
 * documents do not need them.
 *
 * @throws {Error} that says what is wrong with the schema, or which package is missing.
 */
export function compileBodySchema(schema: object): ValidateFunction {
  compiler ??= load();
  const { $schema = DRAFT, ...own } = schema as AnySchemaObject;
  return compiler.compile({ $schema, ...own });
}

function load(): SchemaCompiler {
  const packages = () => ({
    Ajv: (requirePeer('ajv') as { readonly Ajv: typeof Ajv }).Ajv,
    formats: requirePeer('ajv-formats') as FormatsPlugin,
  });
  try {
    const { Ajv, formats } = packages();
    const uri = /^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/;
    return new SchemaCompiler([{ uri, Ajv, hasAnchors: false }], (ajv) =>
      addMendedFormats(ajv, formats),
    );
  } catch {
    throw new Error(
      'it needs ajv and ajv-formats beside this package: npm install ajv ajv-formats',
    );
  }
}
