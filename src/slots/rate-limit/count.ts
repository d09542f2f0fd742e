/** The result of counting. */
export interface Count {
  readonly isOver: boolean;
  readonly remaining: number;
  /** When the count begins anew, as the store says; of a bucket, when it is full again. */
  readonly resetTime: Date | undefined;
  /** How long until the same amount may be asked for again. */
  readonly waitSeconds: number;
  /** `RateLimit` and `RateLimit-Policy`. */
  readonly fields: readonly RateLimitField[];
}

/** A field that tells a client what it has left. */
export type RateLimitField = readonly [name: string, value: string];
