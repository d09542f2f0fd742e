/** An item's place in a {@link LinkedList}. */
export interface Place<Item> {
  readonly item: Item;
  before: Place<Item> | undefined;
  after: Place<Item> | undefined;
}

/**
 * Items in order, each of which can be taken out or put last in one step. A `Map` would keep the order
 * as well, but to find its first entry it walks over the holes that deleted ones have left, and a table
 * through which every request passes once costs garbage collection about as much as all slots together.
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
    // A removed place that has survived a garbage collection would keep all places that came after it until
    // the next full collection: each link leads on to a younger item.
    place.before = undefined;
    place.after = undefined;
  }

  putLast(place: Place<Item>): void {
    if (place === this.#last) return;
    this.remove(place);
    this.#append(place);
  }

  /** All of them as they are now, so that one may go while they are visited. */
  all(): Item[] {
    const all: Item[] = [];
    for (let place = this.#first; place !== undefined; place = place.after) all.push(place.item);
    return all;
  }

  #append(place: Place<Item>): void {
    place.before = this.#last;
    place.after = undefined;
    if (this.#last === undefined) this.#first = place;
    else this.#last.after = place;
    this.#last = place;
  }
}
