import { isJsonObject, type JsonObject } from '../../mcp/json/json-object.ts';
import type { Budget } from './budget.ts';
import type { SchemaReferences } from './schema-references.ts';

const NONE: ReadonlySet<string> = new Set();

/**
 * The properties that one direction does not have: `readOnly` of requests, `writeOnly` of responses. A schema
 * may say so in another part of an `allOf` than the one that requires the property.
 */
export class HiddenProperties {
  readonly #mark: 'readOnly' | 'writeOnly';
  readonly #references: SchemaReferences;
  readonly #budget: Budget;
  readonly #known = new Map<object, ReadonlySet<string>>();

  constructor(direction: 'request' | 'response', references: SchemaReferences, budget: Budget) {
    this.#mark = direction === 'request' ? 'readOnly' : 'writeOnly';
    this.#references = references;
    this.#budget = budget;
  }

  /** The hidden properties of the values of a schema. */
  of(schema: unknown, depth = 0): ReadonlySet<string> {
    if (!isJsonObject(schema)) return NONE;
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    this.#budget.depth(depth);
    const found = new Set<string>();
    // A branch that leads back to this schema has nothing to add.
    this.#known.set(schema, found);
    for (const part of this.#partsOf(schema)) {
      for (const [name, property] of propertiesOf(part)) {
        if (this.#isMarked(property)) found.add(name);
      }
      for (const branches of [part.anyOf, part.oneOf]) {
        if (!Array.isArray(branches)) continue;
        for (const name of inAll(branches.map((branch) => this.of(branch, depth + 1)))) {
          found.add(name);
        }
      }
    }
    return found;
  }

  #isMarked(property: unknown): boolean {
    return (
      isJsonObject(property) && this.#partsOf(property).some((part) => part[this.#mark] === true)
    );
  }

  /** A schema, what it refers to, and the parts of its `allOf`: all its values match each of them. */
  #partsOf(schema: JsonObject): JsonObject[] {
    const parts = new Set<JsonObject>();
    const waiting: unknown[] = [schema];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (!isJsonObject(next) || parts.has(next)) continue;
      this.#budget.step();
      parts.add(next);
      if (next.$ref !== undefined) waiting.push(this.#references.find(next.$ref));
      if (Array.isArray(next.allOf) && !this.#references.isAlone(next)) {
        for (const part of next.allOf) waiting.push(part);
      }
    }
    return [...parts].filter((part) => !this.#references.isAlone(part));
  }
}

function propertiesOf(schema: JsonObject): [name: string, property: unknown][] {
  return isJsonObject(schema.properties) ? Object.entries(schema.properties) : [];
}

function inAll([first = NONE, ...others]: readonly ReadonlySet<string>[]): string[] {
  return [...first].filter((name) => others.every((other) => other.has(name)));
}
