import type { Counts, Holdings, Loaded } from './holdings.ts';

/** What the gateway's process held at rest, after so many requests. */
export interface Point extends Omit<Holdings, 'counts'> {
  readonly counts: Holdings['counts'] & { readonly files: Counts };
  /** What the process took a moment before, which nothing is to be held to. */
  readonly loaded: Loaded;
}

/** What a gateway says of itself in the end. */
export interface Account {
  readonly open: number;
  readonly streams: number;
  /** By the reason. */
  readonly failed: Readonly<Record<string, number>>;
}

/** What one kind of load left: the first point after its warm-up, and one after each part. */
export interface Series {
  readonly name: string;
  /** How many there were to warm up. */
  readonly warmUp: number;
  /** How many there were after that, in all parts. */
  readonly count: number;
  readonly points: readonly Point[];
}

/** All that is known of a run when it is over. */
export interface EnduranceEvidence {
  readonly series: readonly Series[];
  /** What each gateway says of itself in the end. */
  readonly accounts: Readonly<Record<string, Account>>;
  /** How many connects were refused, warm-up included. */
  readonly refused: number;
  /** Most bytes that the process of the gateway held for a reader that stands still. */
  readonly heldPerReader: number;
  /** What the gateway wrote to its error output. */
  readonly log: string;
  readonly crashes: readonly string[];
}
