/**
 * A process from its start to its end. Times are those of `Date.now()`, which all processes of one
 * machine share.
 */
export interface Life {
  /** Its name in its answers. Unlike a process id, it is never used twice. */
  readonly id: string;
  readonly pid: number;
  /** When it began to listen. */
  readonly readyAt: number;
  /** When SIGKILL was sent to it. */
  killedAt: number;
  /** When the system had closed all its files. */
  goneAt: number;
}

/** The time from the end of a life until the next life is ready. */
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
