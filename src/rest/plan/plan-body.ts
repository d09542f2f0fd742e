import type { OpenApiDocument } from '../document/load-document.ts';
import { asObject, asText, type JsonObject } from '../json.ts';
import { translateSchema } from '../schema/translate-schema.ts';
import { isBinary } from './binary.ts';
import { flattenObject } from './flatten-object.ts';
import { Inexpressible } from './inexpressible.ts';
import type { BodyPlan, FormStyle } from './request-plan.ts';

/** What a body is made of, before its arguments have names. */
export interface WantedBody {
  readonly mediaType: string;
  readonly encoding: BodyPlan['encoding'];
  readonly isRequired: boolean;
  /** The arguments; a single one, which is called `body`, where the body is one argument as a whole. */
  readonly members: readonly WantedMember[];
  readonly isWhole: boolean;
}

/** An argument that goes into the body. */
export interface WantedMember {
  readonly name: string;
  readonly schema: JsonObject;
  readonly isRequired: boolean;
  readonly form: FormStyle;
  readonly mediaType: string | undefined;
}

/** The media types that can be written, and how. The first one that fits is taken. */
const KINDS: readonly (readonly [pattern: RegExp, encoding: BodyPlan['encoding']])[] = [
  [/^application\/json$/, 'json'],
  [/^[\w.-]+\/[\w.+-]*\+json$/, 'json'],
  [/^application\/x-www-form-urlencoded$/, 'form'],
  [/^multipart\/form-data$/, 'multipart'],
  [/^\*\/\*$|^application\/\*$/, 'json'],
  [/^text\/(?!\*)[\w.+-]+$/, 'text'],
  [
    /^application\/octet-stream$|^(?:image|audio|video)\/[\w.+*-]+$|^application\/(?:pdf|zip|gzip)$/,
    'base64',
  ],
];

/** The body of an operation; undefined where it has none. */
export function wantedBody(spec: JsonObject, document: OpenApiDocument): WantedBody | undefined {
  const body = document.references.follow(spec.requestBody);
  if (body === undefined) return undefined;
  const content = Object.entries(asObject(body.content) ?? {});
  const [type, mediaType, encoding] = chosen(content.map(([name]) => name));
  const media = document.references.follow(content.find(([name]) => name === type)?.[1]) ?? {};
  const isRequired = body.required === true;
  const common = { mediaType, encoding, isRequired };
  if (encoding === 'base64') return { ...common, ...whole(FILE, body, isRequired) };
  const { schema } = translate(media.schema ?? {}, document);
  if (encoding === 'text') {
    return { ...common, ...whole({ type: 'string', ...withoutFormat(schema) }, body, isRequired) };
  }
  const flat = flattenObject(schema);
  if (flat === undefined) {
    if (encoding !== 'json')
      throw new Inexpressible(`takes a ${mediaType} body that is no plain object`);
    return { ...common, ...whole(schema, body, isRequired) };
  }
  const members = [...flat.properties].map(([name, property]): WantedMember => {
    const written = writtenProperty(media.schema, name, document);
    const style = asObject(asObject(media.encoding)?.[name]) ?? {};
    const isFile = encoding === 'multipart' && isBinary(written, document.references);
    return {
      name,
      schema: isFile ? fileSchema(property) : property,
      isRequired: isRequired && flat.required.has(name),
      form: isFile ? 'base64' : style.style === 'deepObject' ? 'deep' : 'json',
      mediaType: singleType(asText(style.contentType)),
    };
  });
  return { ...common, members, isWhole: false };
}

function chosen(
  types: readonly string[],
): [type: string, mediaType: string, encoding: BodyPlan['encoding']] {
  for (const [pattern, encoding] of KINDS) {
    for (const type of types) {
      const essence = (type.split(';')[0] ?? '').trim().toLowerCase();
      if (!pattern.test(essence)) continue;
      const isRange = essence.includes('*');
      const concrete = encoding === 'json' ? 'application/json' : 'application/octet-stream';
      return [type, isRange ? concrete : essence, encoding];
    }
  }
  throw new Inexpressible(
    types.length === 0 ? 'has a body of no media type' : `takes a body of ${types.join(' or ')}`,
  );
}

/** Bytes, as a model can write them. */
const FILE: JsonObject = {
  type: 'string',
  contentEncoding: 'base64',
  description: 'The bytes, as Base64.',
};

function fileSchema(schema: JsonObject): JsonObject {
  if ([schema.type].flat().includes('array')) return { ...schema, items: FILE };
  const { description } = schema;
  if (typeof description !== 'string') return FILE;
  return { ...FILE, description: `${description} (as Base64)` };
}

function withoutFormat({ type, format, ...schema }: JsonObject): JsonObject {
  return schema;
}

function whole(
  schema: JsonObject,
  { description }: JsonObject,
  isRequired: boolean,
): Pick<WantedBody, 'members' | 'isWhole'> {
  const text = asText(schema.description) ?? asText(description);
  const shown = text === undefined ? schema : { ...schema, description: text };
  const member: WantedMember = {
    name: 'body',
    schema: shown,
    isRequired,
    form: 'json',
    mediaType: undefined,
  };
  return { members: [member], isWhole: true };
}

function translate(schema: unknown, { references, version }: OpenApiDocument) {
  return translateSchema(schema, {
    direction: 'request',
    version,
    resolve: (ref) => references.resolve(ref),
  });
}

/**
 * A property as the document has it, in the schema itself or in a part of its `allOf`; undefined where it
 * stands deeper.
 */
function writtenProperty(schema: unknown, name: string, { references }: OpenApiDocument): unknown {
  const object = references.follow(schema);
  const own = asObject(object?.properties)?.[name];
  if (own !== undefined || !Array.isArray(object?.allOf)) return own;
  for (const part of object.allOf) {
    const found = asObject(references.follow(part)?.properties)?.[name];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The media type of a part. The server takes any of a list of types, but a part has to name one. */
function singleType(contentType: string | undefined): string | undefined {
  const first = contentType?.split(',')[0]?.trim();
  return first !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(first) ? first : undefined;
}
