import type { JsonObject } from '../../mcp/json/json-object.ts';
import type { Place } from './place.ts';

/**
 * A translation of schemas. Functions that translate the keywords of one schema call it for the schemas in
 * that one.
 */
export interface Translating {
  schema(source: unknown, place: Place): JsonObject;
  /** What a reference leads to. */
  target(ref: unknown, place: Place): unknown;
  /** A copy of a value, or `undefined` if it is no JSON. */
  value(source: unknown): unknown;
  /** The name of a member of the result. */
  name(name: string, place: Place): string;
  /** Notes that the result accepts more than the schema that it is made from. */
  lose(place: Place, what: string): void;
  /** Notes that a keyword has a value that it cannot have. */
  leave(place: Place, keyword: string): void;
  /** Notes that the direction has none of the properties that are required. */
  weaken(): void;
  /** Whether `weaken` was called meanwhile. */
  weakens(translate: () => void): boolean;
  /** Whether something was lost meanwhile. */
  loses(translate: () => void): boolean;
}
