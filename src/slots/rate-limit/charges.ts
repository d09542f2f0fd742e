import type { StoreKeys } from './keys.ts';

/** What a request is counted under, and for how much. */
export interface Charge {
  readonly key: string;
  /** Who can have many of these keys, as stores may be told; undefined where a key is a caller. */
  readonly owner?: Owner | undefined;
  readonly weight: number;
  /** How much its caller may ask for. */
  readonly limit: number;
  /** Whether it is for what asks for something; else it is for what ends or answers something. */
  readonly isForRequests: boolean;
  /** Set where what it is counted by can be read in two ways: it cannot be counted. */
  readonly isUnclear?: boolean;
}

/** Gives the key of an owner. It is a hash, and asked for where a key is new alone. */
export type Owner = () => string;

/** The charges of one request under one limit; what comes under one key is counted at once. */
export class Charges {
  readonly #owner: Owner | undefined;
  /** There are only a few: see `MOST_CHARGES`. */
  readonly #all: Charge[] = [];

  constructor(owner: Owner | undefined) {
    this.#owner = owner;
  }

  add({ key, weight, limit, isForRequests, isUnclear = false }: Charge): void {
    // What counts for nothing, or is not limited.
    if (weight === 0 || limit === Number.POSITIVE_INFINITY) return;
    const own = isForRequests ? key : `${key} other`;
    const at = this.#all.findIndex((charge) => charge.key === own);
    const before = this.#all[at];
    this.#all[before === undefined ? this.#all.length : at] = {
      key: own,
      weight: (before?.weight ?? 0) + weight,
      limit: Math.min(before?.limit ?? limit, limit),
      isForRequests,
      isUnclear,
    };
  }

  get size(): number {
    return this.#all.length;
  }

  /** With keys that stores may be told. */
  under(keys: StoreKeys): readonly Charge[] {
    return this.#all.map(({ key, weight, limit, isForRequests, isUnclear = false }) => ({
      key: keys.of(key),
      owner: isForRequests ? this.#owner : otherOf(this.#owner),
      weight,
      limit,
      isForRequests,
      isUnclear,
    }));
  }
}

function otherOf(owner: Owner | undefined): Owner | undefined {
  return owner && (() => `${owner()}-other`);
}
