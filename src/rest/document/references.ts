import { asObject, isObject, type JsonObject } from '../json.ts';

/** How many references may lead from one to the next. */
const MOST_HOPS = 32;

/** Follows references within one document (RFC 6901, and RFC 3986 section 3.5 for its encoding). */
export class References {
  readonly #document: JsonObject;

  constructor(document: JsonObject) {
    this.#document = document;
  }

  /** What a reference leads to; undefined where it leads to nothing, or out of the document. */
  resolve(ref: string): unknown {
    if (ref !== '#' && !ref.startsWith('#/')) return undefined;
    let value: unknown = this.#document;
    for (const part of ref.split('/').slice(1)) {
      const name = unescaped(part);
      const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
      if (!isThere) return undefined;
      value = (value as JsonObject)[name];
    }
    return value;
  }

  /**
   * The object that stands here, or to which a reference here leads; undefined where there is none.
   *
   * @throws {Error} for a reference that leads to nothing.
   */
  follow(value: unknown): JsonObject | undefined {
    let current = value;
    for (let hops = 0; isObject(current) && typeof current.$ref === 'string'; hops += 1) {
      if (hops === MOST_HOPS) throw new Error('its references lead in a circle');
      const { $ref } = current;
      current = this.resolve($ref);
      if (current === undefined)
        throw new Error(`the reference ${JSON.stringify($ref)} leads to nothing`);
    }
    return asObject(current);
  }
}

function unescaped(part: string): string {
  return decoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
