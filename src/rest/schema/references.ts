import type { JsonObject } from '../../mcp/json/json-object.ts';
import { UntranslatableSchema } from './untranslatable-schema.ts';

const SHOWN_CHARS = 100;

/** The references of a document, as its version of OpenAPI means them. */
export class References {
  readonly #version: '3.0' | '3.1';
  readonly #resolve: (ref: string) => unknown;

  constructor(version: '3.0' | '3.1', resolve: (ref: string) => unknown) {
    this.#version = version;
    this.#resolve = resolve;
  }

  /** Whether a schema is a reference and nothing else. In OpenAPI 3.0 what stands beside one is ignored. */
  isAlone(schema: JsonObject): boolean {
    if (schema.$ref === undefined) return false;
    return this.#version === '3.0' || Object.keys(schema).length === 1;
  }

  /** What a reference leads to; `undefined` where it leads nowhere, or out of the document. */
  find(ref: unknown): unknown {
    return typeof ref === 'string' && ref.startsWith('#/') ? this.#resolve(ref) : undefined;
  }

  /** What a reference leads to, which stands at `path`. */
  target(ref: unknown, path: string): unknown {
    const target = this.find(ref);
    if (target === undefined) throw new UntranslatableSchema(path, whyNot(ref));
    return target;
  }
}

/**
 * Looks up references such as `#/components/schemas/Pet` in a document: JSON pointers as RFC 6901 section 6
 * writes them into a fragment. Only what the document has of its own is found; the rest is `undefined`.
 */
export function localReferences(document: unknown): (ref: string) => unknown {
  return (ref) => {
    const steps = stepsOf(ref);
    if (steps === undefined) return undefined;
    let value = document;
    for (const name of steps) {
      const isThere =
        typeof value === 'object' &&
        value !== null &&
        Object.hasOwn(value, name) &&
        // A list has its length of its own as well.
        (!Array.isArray(value) || /^(?:0|[1-9]\d*)$/.test(name));
      if (!isThere) return undefined;
      value = (value as Readonly<Record<string, unknown>>)[name];
    }
    return value;
  };
}

/** The names on the way from the top of the document, decoded; `undefined` where it is no pointer. */
function stepsOf(ref: string): string[] | undefined {
  if (!ref.startsWith('#/')) return undefined;
  try {
    return decodeURIComponent(ref.slice('#/'.length))
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    return undefined;
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
