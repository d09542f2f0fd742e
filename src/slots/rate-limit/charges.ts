import type { StoreKeys } from './keys.ts';

/** A key that a request is counted under, and for how much. */
export interface Charge {
  readonly key: string;
  /**
   * The caller, as stores may be told it, where one caller can have many of these keys; undefined where a key
   * is a caller.
   */
  readonly owner?: Owner | undefined;
  readonly weight: number;
  /** How much its caller may ask for. */
  readonly limit: number;
  /**
   * Whether it is for a message that asks for something; else it is for one that ends or answers something.
   */
  readonly isForRequests: boolean;
  /** Set where the value that it is counted by can be read in two ways: it cannot be counted. */
  readonly isUnclear?: boolean;
}

/**
 * Gives the key of an owner. It is a hash, which costs time: counting asks for it only where a key is new.
 */
export type Owner = () => string;

/** The charges of one request under one limit. Charges under the same key are added up. */
export class Charges {
  readonly #owner: Owner | undefined;
  /** There are only a few: see `MOST_CHARGES`. */
  readonly #all: Charge[] = [];

  constructor(owner: Owner | undefined) {
    this.#owner = owner;
  }

  add({ key, weight, limit, isForRequests, isUnclear = false }: Charge): void {
    // It counts for nothing, or has no limit.
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

  /** The charges, with keys that stores may be told. */
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
