/** What passes the time, so that hours can pass at once where that is wanted. */
export interface JwtClock {
  /** Milliseconds since the epoch, for tokens. */
  readonly now: () => number;
  /** Milliseconds that never go back, for keys. */
  readonly monotonic: () => number;
  /** How long it may take to get the keys, in all. */
  readonly keysTimeoutMs: number;
}
