import type { Upstream } from './upstream.ts';

/** What the load of a phase speaks to. */
export interface Site {
  /** Of the gateways. */
  readonly port: number;
  readonly upstream: Upstream;
  /** Never given twice. */
  nextId(): string;
  /** The bytes that the gateways' process has on its heap and, for what is there, beside it. */
  memory(): Promise<number>;
  /** Nothing more is to begin. */
  isTimeOver(): boolean;
  /** For what is only known while a phase runs. */
  readonly told: Told;
}

export interface Told {
  /** Most bytes that the process of the gateway held for a reader that stands still. */
  heldPerReader: number;
}

/** One kind of load. */
export interface Phase {
  /** In the plural. */
  readonly name: string;
  /**
   * Gives when all of them are over how many there were: `count`, or fewer where the time was over.
   * Throws where one of them did not end as it has to.
   */
  run(count: number, site: Site): Promise<number>;
}

/**
 * `count` of them, or as many as there is time for, `atOnce` at any time; gives how many. Each is told its
 * number and which of those at once it is.
 */
export async function inTurns(
  count: number,
  atOnce: number,
  { isTimeOver }: Site,
  turn: (number: number, place: number) => Promise<void>,
): Promise<number> {
  let next = 0;
  const take = async (_: unknown, place: number) => {
    while (next < count && !isTimeOver()) {
      next += 1;
      await turn(next - 1, place);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, take));
  return next;
}
