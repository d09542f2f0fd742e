/**
 * A process from its start to its end. Times are those of `Date.now()`, which all processes of one
 * machine share.
 */
export interface Life {
  /** What it calls itself in its answers: unlike process ids, never given twice. */
  readonly id: string;
  readonly pid: number;
  /** When it began to listen. */
  readonly readyAt: number;
  /** When it was sent the signal that no process survives. */
  killedAt: number;
  /** When the system had closed all that it had open. */
  goneAt: number;
}

/** The end of a life and what came after it, until the next life is ready. */
export interface Downtime {
  readonly life: Life;
  readonly from: number;
  readonly gone: number;
  /** Infinity while there is no next life. */
  readonly to: number;
}

export function downtimes(lives: readonly Life[]): Downtime[] {
  return lives
    .map((life, i) => {
      const to = lives[i + 1]?.readyAt ?? Number.POSITIVE_INFINITY;
      return { life, from: life.killedAt, gone: life.goneAt, to };
    })
    .filter(({ from }) => Number.isFinite(from));
}
