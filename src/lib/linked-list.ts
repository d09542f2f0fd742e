/** An item's place in a {@link LinkedList}. */
export interface Place<Item> {
  readonly item: Item;
  before: Place<Item> | undefined;
  after: Place<Item> | undefined;
}

/**
 * Items in order, each of which can be taken out or put last in one step. A `Map` would keep the order
 * as well, but to find its first entry it walks over the holes that deleted ones have left.
 */
export class LinkedList<Item> {
  #first: Place<Item> | undefined;
  #last: Place<Item> | undefined;

  get first(): Item | undefined {
    return this.#first?.item;
  }

  /** Adds an item at the end. */
  add(item: Item): Place<Item> {
    const place: Place<Item> = { item, before: undefined, after: undefined };
    this.#append(place);
    return place;
  }

  remove(place: Place<Item>): void {
    const { before, after } = place;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
  }

  putLast(place: Place<Item>): void {
    if (place === this.#last) return;
    this.remove(place);
    this.#append(place);
  }

  #append(place: Place<Item>): void {
    place.before = this.#last;
    place.after = undefined;
    if (this.#last === undefined) this.#first = place;
    else this.#last.after = place;
    this.#last = place;
  }
}
