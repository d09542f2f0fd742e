import type { JsonObject } from '../../mcp/json/json-object.ts';
import { UntranslatableSchema } from './untranslatable-schema.ts';

const SHOWN_CHARS = 100;

/** The references of schemas in a document, as its version of OpenAPI means them. */
export class SchemaReferences {
  readonly #version: '3.0' | '3.1';
  readonly #resolve: (ref: string) => unknown;

  constructor(version: '3.0' | '3.1', resolve: (ref: string) => unknown) {
    this.#version = version;
    this.#resolve = resolve;
  }

  /**
   * Whether a schema is a reference and nothing else. In OpenAPI 3.0, keywords beside a reference are
   * ignored.
   */
  isAlone(schema: JsonObject): boolean {
    if (schema.$ref === undefined) return false;
    return this.#version === '3.0' || Object.keys(schema).length === 1;
  }

  /** What a reference leads to; `undefined` where it leads nowhere, or out of the document. */
  find(ref: unknown): unknown {
    return typeof ref === 'string' && ref.startsWith('#/') ? this.#resolve(ref) : undefined;
  }

  /** What the reference at `path` leads to. */
  target(ref: unknown, path: string): unknown {
    const target = this.find(ref);
    if (target === undefined) throw new UntranslatableSchema(path, whyNot(ref));
    return target;
  }
}

function whyNot(ref: unknown): string {
  if (typeof ref !== 'string') return 'its $ref is no text';
  const text = ref.length > SHOWN_CHARS ? `${ref.slice(0, SHOWN_CHARS)}…` : ref;
  const shown = `$ref ${JSON.stringify(text)}`;
  if (ref.startsWith('#/')) return `${shown} leads nowhere`;
  return ref.startsWith('#')
    ? `${shown} is no JSON pointer to a schema: it has to begin with "#/"`
    : `${shown} leads out of the document: bundle the document first`;
}
