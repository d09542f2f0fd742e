import type { Counts, Holdings, Loaded } from './holdings.ts';

/** What the gateway's process held at rest after a part. */
export interface Point extends Omit<Holdings, 'counts'> {
  readonly counts: Holdings['counts'] & { readonly files: Counts };
  /** The memory of the process a moment before, under load. It is only reported, not checked. */
  readonly loaded: Loaded;
}

/** The `stats()` of a gateway at the end. */
export interface Account {
  readonly open: number;
  readonly streams: number;
  /** Failures by their reason. */
  readonly failed: Readonly<Record<string, number>>;
}

/** The measurements of one kind of load: the first point after its warm-up, and one after each part. */
export interface Series {
  readonly name: string;
  /** How many requests the warm-up had. */
  readonly warmUp: number;
  /** How many requests all parts after that had. */
  readonly count: number;
  readonly points: readonly Point[];
}

/** All results of a run. */
export interface EnduranceEvidence {
  readonly series: readonly Series[];
  /** The `stats()` of each gateway at the end. */
  readonly accounts: Readonly<Record<string, Account>>;
  /** How many connects were refused, including those of the warm-up. */
  readonly refused: number;
  /** The most bytes that the process of the gateway held for a reader that stopped reading. */
  readonly heldPerReader: number;
  /** What the gateway wrote to its error output. */
  readonly log: string;
  readonly crashes: readonly string[];
}
