import { LinkedMap } from './linked-map.ts';

/** A map that forgets what was set longest ago when it is full; setting again counts as new. */
export class BoundedMap<Key, Value> {
  readonly #entries = new LinkedMap<Key, Value>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): void {
    this.#entries.set(key, value);
    const { first, size } = this.#entries;
    if (size > this.#max && first !== undefined) this.#entries.delete(first.key);
  }

  /** All of them, those that were set longest ago first. */
  entries(): [Key, Value][] {
    return this.#entries.all();
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }
}
