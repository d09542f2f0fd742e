import { LinkedList, type Place } from './linked-list.ts';

interface Entry<Key, Value> {
  readonly key: Key;
  readonly value: Value;
}

/**
 * A map that knows what was set longest ago without looking for it; setting again counts as new. The
 * first key of a `Map` is found by a walk over all that was deleted in front of it: with 100,000
 * entries that takes 50 µs each time.
 */
export class LinkedMap<Key, Value> {
  readonly #places = new Map<Key, Place<Entry<Key, Value>>>();
  readonly #order = new LinkedList<Entry<Key, Value>>();

  get size(): number {
    return this.#places.size;
  }

  /** What was set longest ago. */
  get first(): Entry<Key, Value> | undefined {
    return this.#order.first;
  }

  /** All of them as they are now, in the order in which they were set. */
  all(): [Key, Value][] {
    return this.#order.all().map(({ key, value }) => [key, value]);
  }

  get(key: Key): Value | undefined {
    return this.#places.get(key)?.item.value;
  }

  set(key: Key, value: Value): void {
    const place = this.#places.get(key);
    // A `Map` that the same keys leave and enter again and again grows holes, and is built anew for them.
    if (place !== undefined && place.item.value === value) {
      this.#order.putLast(place);
      return;
    }
    if (place !== undefined) this.delete(key);
    this.#places.set(key, this.#order.add({ key, value }));
  }

  delete(key: Key): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    this.#order.remove(place);
  }
}
