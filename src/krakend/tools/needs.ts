import { requirePeer } from '../../lib/require-peer.ts';
import { SchemaCompiler } from '../../schema/compiler.ts';
import type { Notes } from '../notes.ts';

const PACKAGES = [
  '@modelcontextprotocol/server',
  '@modelcontextprotocol/node',
  'ajv',
  'ajv-formats',
];

/** Whether all packages that tools need are there. Missing ones are noted. Nothing is loaded. */
export function hasPackages(notes: Notes): boolean {
  const missing = PACKAGES.filter((name) => !isThere(name));
  if (missing.length > 0) {
    notes.refuse(`it needs packages beside this one: npm install ${missing.join(' ')}`);
  }
  return missing.length === 0;
}

function isThere(name: string): boolean {
  try {
    requirePeer.resolve(name);
    return true;
  } catch (error) {
    // A package for `import` alone is there, although `require` cannot resolve it.
    return (error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND';
  }
}

/** Notes mistakes in a schema, so that they do not show at the first call only. */
export function checkSchema(notes: Notes, schema: object): void {
  // It is loaded here because documents without tools do not need it.
  const { Ajv2020 } = requirePeer('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js');
  const uri = /^https:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;
  // A format that is not known is shown to models, and not checked.
  const compiler = new SchemaCompiler([{ uri, Ajv: Ajv2020, hasAnchors: true }], (ajv) => {
    for (const format of formatsIn(schema)) ajv.addFormat(format, true);
  });
  try {
    compiler.compile({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema });
  } catch (error) {
    notes.refuse(`write a JSON Schema (2020-12) that can be compiled: ${(error as Error).message}`);
  }
}

function formatsIn(value: unknown): string[] {
  return Object.entries(Object(value)).flatMap(([name, member]) =>
    name === 'format' && typeof member === 'string'
      ? [member]
      : typeof member === 'object'
        ? formatsIn(member)
        : [],
  );
}
