/**
 * Keeps the owners of sessions, and which sessions seem to have ended. The gateway makes all keys and values;
 * a key is never the id of a session itself. If a call throws, rejects or takes too long, the gateway answers
 * a request that depends on it with 503.
 */
export interface SessionStore {
  /** The value under a key, whose time begins anew; undefined where there is none. */
  get(key: string, ttlMs: number): string | undefined | Promise<string | undefined>;
  /**
   * The value under a key, whose time goes on: for `gateway.explain()`, which changes nothing. Default:
   * `explain()` cannot look up the sessions in the store.
   */
  peek?(key: string): string | undefined | Promise<string | undefined>;
  /** Keeps a value for `ttlMs`, unless the key has one already; gives the value that is kept then. */
  add(key: string, value: string, ttlMs: number): string | Promise<string>;
  /** Forgets the value under a key. */
  delete(key: string): unknown;
}
