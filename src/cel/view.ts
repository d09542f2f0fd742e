import { type CelInput, type CelList, type CelMap, celList, celMap } from '@bufbuild/cel';
import { isLargeObject } from '../mcp/json/guarded.ts';
import { budget } from './budget.ts';

type Key = Parameters<CelMap['get']>[0];

/**
 * Data as an expression sees it: own members only, and each read is a step. Nothing is copied: a member is
 * read when the expression asks for it, through the guard of the message, which refuses unclear values. A
 * value that is no data, like a function, is an error.
 */
export function view(value: unknown): CelInput {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value;
    case 'undefined':
      return null;
    case 'object':
      if (value === null) return null;
      return Array.isArray(value) ? listView(value) : mapView(value);
    default:
      throw new TypeError(`A ${typeof value} is no data`);
  }
}

/** A map of the members of an object. */
export function mapView(object: object): CelMap {
  return celMap(new Members(object as Readonly<Record<string, unknown>>));
}

/**
 * A list whose items are seen as data. The library reads no other members of an array than those in `ITEMS`.
 */
export function listView(items: readonly unknown[]): CelList {
  return celList(new Proxy(items as CelInput[], ITEMS));
}

const ITEMS: ProxyHandler<CelInput[]> = {
  get(items, key) {
    if (key === 'length') return items.length;
    if (key === 'values') return () => valuesOf(items);
    if (typeof key === 'symbol') return undefined;
    budget.spend(1);
    const item = items[key as unknown as number];
    // An index between two items, like 1.5, is an error, and does not give null.
    return item === undefined ? undefined : view(item);
  },
};

function* valuesOf(items: readonly unknown[]): Generator<CelInput> {
  for (let i = 0; i < items.length; i++) {
    budget.spend(1);
    yield view(items[i]);
  }
}

class Members implements ReadonlyMap<Exclude<Key, number>, CelInput> {
  readonly #object: Readonly<Record<string, unknown>>;
  #names: readonly string[] | undefined;

  constructor(object: Readonly<Record<string, unknown>>) {
    this.#object = object;
  }

  get(key: unknown): CelInput | undefined {
    budget.spend(1);
    if (typeof key !== 'string' || !Object.hasOwn(this.#object, key)) return undefined;
    const value = this.#object[key];
    return value === undefined ? undefined : view(value);
  }

  has(key: unknown): boolean {
    return this.get(key) !== undefined;
  }

  get size(): number {
    return this.#all().length;
  }

  *keys(): MapIterator<string> {
    const names = this.#all();
    budget.spend(names.length);
    yield* names;
  }

  *entries(): MapIterator<[string, CelInput]> {
    for (const name of this.keys()) yield [name, this.get(name) as CelInput];
  }

  *values(): MapIterator<CelInput> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries();
  }

  forEach(
    callback: (
      value: CelInput,
      key: string,
      map: ReadonlyMap<Exclude<Key, number>, CelInput>,
    ) => void,
  ): void {
    for (const [name, value] of this.entries()) callback(value, name, this);
  }

  /** `Object.keys` would ask the guard of a message about each member; `Reflect.ownKeys` does not. */
  #all(): readonly string[] {
    if (isLargeObject(this.#object)) budget.exhaust();
    this.#names ??= Reflect.ownKeys(this.#object).filter((name) => typeof name === 'string');
    return this.#names;
  }
}
