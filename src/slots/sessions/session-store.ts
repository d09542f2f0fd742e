/**
 * Where it is kept whose session is whose, and which sessions seem to have ended. All keys and values
 * are made by the gateway; a key is never the id of a session itself. What throws, rejects or takes too
 * long is answered with 503, where the request depends on it.
 */
export interface SessionStore {
  /** The value under a key, whose time begins anew; undefined where there is none. */
  get(key: string, ttlMs: number): string | undefined | Promise<string | undefined>;
  /**
   * The value under a key, whose time goes on: for `gateway.explain()`, which changes nothing. Default: it says
   * nothing of a session that a store without it keeps.
   */
  peek?(key: string): string | undefined | Promise<string | undefined>;
  /** Keeps a value for so many milliseconds, unless there is one; gives what is kept then. */
  add(key: string, value: string, ttlMs: number): string | Promise<string>;
  /** Forgets it. */
  delete(key: string): unknown;
}
