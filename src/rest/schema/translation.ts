import { isJsonObject, type JsonObject } from '../../mcp/json/json-object.ts';
import { allowNull } from './allow-null.ts';
import { annotationsOf } from './annotations.ts';
import { Budget } from './budget.ts';
import { HiddenProperties } from './hidden-properties.ts';
import { inPlaceKeywords } from './in-place-keywords.ts';
import { jsonCopy } from './json-copy.ts';
import { mergeAllOf } from './merge-all-of.ts';
import { partKeywords } from './part-keywords.ts';
import { Place } from './place.ts';
import { BASE_KEYWORDS, isOwnDialect } from './plain-keywords.ts';
import type { SchemaContext } from './schema-context.ts';
import { SchemaReferences } from './schema-references.ts';
import type { Translating } from './translating.ts';
import { UntranslatableSchema } from './untranslatable-schema.ts';
import { valueKeywords } from './value-keywords.ts';

/** One translation, from the top of a schema to its ends. */
export class Translation implements Translating {
  readonly losses: Set<string> = new Set();
  readonly #context: SchemaContext;
  readonly #budget = new Budget();
  readonly #references: SchemaReferences;
  readonly #hidden: HiddenProperties;
  #lost = 0;
  #weakened = 0;

  constructor(context: SchemaContext) {
    this.#context = context;
    this.#references = new SchemaReferences(context.version, (ref) => context.resolve(ref));
    this.#hidden = new HiddenProperties(context.direction, this.#references, this.#budget);
  }

  start(source: unknown): JsonObject {
    return this.schema(source, new Place());
  }

  lose(place: Place, what: string): void {
    this.#lost += 1;
    this.losses.add(place.path === '' ? what : `${place.path}: ${what}`);
  }

  leave(place: Place, keyword: string): void {
    this.lose(place, `its ${keyword} is not what ${keyword} can be, and left out`);
  }

  loses(translate: () => void): boolean {
    const before = this.#lost;
    translate();
    return this.#lost > before;
  }

  weaken(): void {
    this.#weakened += 1;
  }

  weakens(translate: () => void): boolean {
    const before = this.#weakened;
    translate();
    return this.#weakened > before;
  }

  target(ref: unknown, place: Place): unknown {
    return this.#references.target(ref, place.path);
  }

  value(source: unknown): unknown {
    const copy = jsonCopy(source);
    if (copy !== undefined) this.#budget.characters(JSON.stringify(copy).length);
    return copy;
  }

  name(name: string, place: Place): string {
    // Ajv does not check a property of this name.
    if (name === '__proto__') {
      throw new UntranslatableSchema(place.path, 'a property is called __proto__');
    }
    this.#budget.characters(name.length);
    return name;
  }

  schema(source: unknown, place: Place): JsonObject {
    this.#budget.depth(place.depth, place.path);
    this.#budget.step();
    if (source === true) return {};
    if (source === false) return { not: {} };
    if (!isJsonObject(source)) {
      this.lose(place, 'it is no schema, and left out');
      return {};
    }
    const ways = place.waysBackTo(source);
    if (ways !== undefined) return this.#cut(source, place, ways);
    const hidden = place.isAsserted
      ? new Set([...place.hidden, ...this.#hidden.of(source)])
      : place.hidden;
    return this.#translated(source, place.in(source, hidden));
  }

  #translated(source: JsonObject, place: Place): JsonObject {
    if (this.#references.isAlone(source)) {
      return this.schema(this.target(source.$ref, place), place.target());
    }
    this.#budget.schema();
    for (const keyword of BASE_KEYWORDS) {
      if (source[keyword] !== undefined) {
        throw new UntranslatableSchema(place.path, `it has a ${keyword}, which is not followed`);
      }
    }
    if (source.$schema !== undefined && !isOwnDialect(source.$schema)) {
      throw new UntranslatableSchema(place.path, 'its $schema is not JSON Schema 2020-12');
    }
    // A keyword of 2019-09: it refers to the schema around it that has `$recursiveAnchor`.
    if (source.$recursiveRef !== undefined) return this.#unfollowed(source, place);
    const translated = mergeAllOf({
      ...this.#annotations(source),
      ...valueKeywords(source, place, this),
      ...partKeywords(source, place, this),
      ...inPlaceKeywords(source, place, this),
    });
    // In a document of 3.1 `nullable` is a mistake, but its meaning is clear.
    const isNullable = source.nullable === true || source['x-nullable'] === true;
    return isNullable ? allowNull(translated) : translated;
  }

  #annotations(source: JsonObject): JsonObject {
    const annotations = annotationsOf(source, this.#context.direction);
    this.#budget.characters(JSON.stringify(annotations).length);
    return annotations;
  }

  /** Translates a schema that is inside itself. */
  #cut(source: JsonObject, place: Place, ways: readonly string[]): JsonObject {
    const way = ways.find((step) => step !== 'ref');
    if (way === undefined || ways.every((step) => step === 'ref')) {
      throw new UntranslatableSchema(place.path, 'its references lead in a circle');
    }
    // A schema that is a part of itself adds nothing. For example, a base schema lists its kinds, and each
    // kind includes the base schema.
    if (way === 'allOf' && !ways.includes('inside')) return {};
    return this.#unfollowed(source, place);
  }

  #unfollowed({ description }: JsonObject, place: Place): JsonObject {
    this.lose(place, 'it contains itself, and accepts anything there');
    return typeof description === 'string' && description !== ''
      ? { description: this.value(description) }
      : {};
  }
}
