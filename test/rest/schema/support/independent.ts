import type { Version } from './translate.ts';

/** What is used of the validator, whose own declarations the compiler does not accept. */
interface Validator {
  registerSchema(schema: object, uri: string, dialect: string): void;
  unregisterSchema(uri: string): void;
  validate(uri: string): Promise<(value: unknown) => { valid: boolean }>;
}

const PACKAGE = '@hyperjump/json-schema';
// Each brings its dialect along, and that of 3.1 is on top of 2020-12.
await import(`${PACKAGE}/openapi-3-0`);
const { registerSchema, unregisterSchema, validate }: Validator = await import(
  `${PACKAGE}/openapi-3-1`
);

/** Whether values match a schema. */
export type Matches = (value: unknown) => boolean;

const DIALECTS: Readonly<Record<Version, string>> = {
  '3.0': 'https://spec.openapis.org/oas/3.0/schema',
  '3.1': 'https://spec.openapis.org/oas/3.1/schema-base',
};

/** What a document says by one of its schemas, by a validator that knows OpenAPI itself. */
export async function meantBy(
  name: string,
  schemas: Readonly<Record<string, unknown>>,
  version: Version,
): Promise<Matches> {
  const document = {
    openapi: `${version}.0`,
    info: { title: 'A', version: '1' },
    paths: {},
    components: { schemas },
  };
  return await compiled(document, DIALECTS[version], `#/components/schemas/${name}`);
}

/** What a schema of 2020-12 says, by the same validator. */
export async function saidBy(schema: object): Promise<Matches> {
  return await compiled(schema, 'https://json-schema.org/draft/2020-12/schema', '');
}

let made = 0;

async function compiled(document: object, dialect: string, fragment: string): Promise<Matches> {
  made += 1;
  const uri = `https://schemas.example/${made}`;
  registerSchema(document, uri, dialect);
  const matches = await validate(`${uri}${fragment}`);
  unregisterSchema(uri);
  return (value) => matches(value).valid;
}
