import { storeKey } from './keys.ts';

/** What a request is counted under, and for how much. */
export interface Charge {
  readonly key: string;
  /** Who can have many of these keys, as stores may be told; undefined where a key is a caller. */
  readonly owner?: string | undefined;
  readonly weight: number;
  /** How much its caller may ask for. */
  readonly limit: number;
  /** Whether it is for what asks for something; else it is for what ends or answers something. */
  readonly isForRequests: boolean;
  /** Set where what it is counted by can be read in two ways: it cannot be counted. */
  readonly isUnclear?: boolean;
}

/** The charges of one request under one limit; what comes under one key is counted at once. */
export class Charges {
  readonly #owner: string | undefined;
  readonly #all = new Map<string, Charge>();

  constructor(owner: string | undefined) {
    this.#owner = owner;
  }

  add({ key, weight, limit, isForRequests, isUnclear = false }: Charge): void {
    // What counts for nothing, or is not limited.
    if (weight === 0 || limit === Number.POSITIVE_INFINITY) return;
    const own = isForRequests ? key : `${key} other`;
    const before = this.#all.get(own);
    this.#all.set(own, {
      key: own,
      weight: (before?.weight ?? 0) + weight,
      limit: Math.min(before?.limit ?? limit, limit),
      isForRequests,
      isUnclear,
    });
  }

  get size(): number {
    return this.#all.size;
  }

  /** With keys that stores may be told. */
  under(prefix: string): readonly Charge[] {
    return [...this.#all.values()].map((charge) => ({
      ...charge,
      key: storeKey(prefix, charge.key),
      owner: this.#owner && `${this.#owner}${charge.isForRequests ? '' : '-other'}`,
    }));
  }
}
