import { LinkedList, type Place } from '../../lib/linked-list.ts';

/** The items of one owner, in order of use. */
export interface Share<Item> {
  readonly owner: string;
  readonly items: LinkedList<Item>;
  size: number;
  place: Place<Share<Item>> | undefined;
}

/** Items by owner, and who has the most of them; every call takes the same time. */
export class Shares<Item> {
  readonly #byOwner = new Map<string, Share<Item>>();
  /** Owners by their number of items; the owner that was active longest ago comes first. */
  readonly #bySize = new Map<number, LinkedList<Share<Item>>>();
  #largest = 0;

  /** The share of an owner; begun where there is none. */
  of(owner: string): Share<Item> {
    return (
      this.#byOwner.get(owner) ?? { owner, items: new LinkedList(), size: 0, place: undefined }
    );
  }

  /** The item that was used longest ago by the owner who has the most. */
  get firstOfLargest(): Item | undefined {
    return this.#bySize.get(this.#largest)?.first?.items.first;
  }

  add(share: Share<Item>, item: Item): Place<Item> {
    this.#byOwner.set(share.owner, share);
    this.#resize(share, share.size + 1);
    return share.items.add(item);
  }

  remove(share: Share<Item>, place: Place<Item>): void {
    share.items.remove(place);
    this.#resize(share, share.size - 1);
    if (share.size === 0) this.#byOwner.delete(share.owner);
  }

  /** An item was used. */
  putLast(share: Share<Item>, place: Place<Item>): void {
    share.items.putLast(place);
    if (share.place !== undefined) this.#bySize.get(share.size)?.putLast(share.place);
  }

  #resize(share: Share<Item>, size: number): void {
    if (share.place !== undefined) this.#leave(share, share.place);
    share.size = size;
    share.place = size === 0 ? undefined : this.#ownersWith(size).add(share);
    if (size > this.#largest) this.#largest = size;
    // A share shrinks by one item at a time, so that the next smaller size has an owner.
    if (!this.#bySize.has(this.#largest)) this.#largest = size;
  }

  #leave({ size }: Share<Item>, place: Place<Share<Item>>): void {
    const owners = this.#bySize.get(size);
    owners?.remove(place);
    if (owners?.first === undefined) this.#bySize.delete(size);
  }

  #ownersWith(size: number): LinkedList<Share<Item>> {
    const owners = this.#bySize.get(size) ?? new LinkedList();
    this.#bySize.set(size, owners);
    return owners;
  }
}
