/**
 * The clock of a JWT scheme, with its time limit. Another clock can stand in its place, so that hours pass at
 * once.
 */
export interface JwtClock {
  /** Milliseconds since the epoch, for tokens. */
  readonly now: () => number;
  /** Milliseconds that never go back, for keys. */
  readonly monotonic: () => number;
  /** How long it may take to get the keys, in all. */
  readonly keysTimeoutMs: number;
}
