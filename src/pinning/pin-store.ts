/**
 * A store in which several processes share what was approved, and what was seen last. Keys are hashes, values
 * texts that the gateway makes: a store of several gateways needs nothing else to keep them apart. Where a
 * function throws, rejects, takes more than 250 ms or gives no text that was kept here, requests are answered
 * with 503.
 */
export interface PinStore {
  /** The value under a key; undefined or null where there is none. */
  get(key: string): PinStoreValue | Promise<PinStoreValue>;
  /** Keeps a value, for an unlimited time. */
  set(key: string, value: string): unknown;
}

/** A value in a {@link PinStore}. */
export type PinStoreValue = string | null | undefined;
