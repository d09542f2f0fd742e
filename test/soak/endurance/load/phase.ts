import type { Upstream } from './upstream.ts';

/** The gateways and the upstream that a phase uses. */
export interface Site {
  /** The port of the gateways. */
  readonly port: number;
  readonly upstream: Upstream;
  /** Gives each id only once. */
  nextId(): string;
  /** The bytes that the gateways' process has on its heap, and beside the heap for objects that are on it. */
  memory(): Promise<number>;
  /** Whether no more requests may begin. */
  isTimeOver(): boolean;
  /** Measurements that are possible only while a phase runs. */
  readonly told: Told;
}

export interface Told {
  /** The most bytes that the process of the gateway held for a reader that stopped reading. */
  heldPerReader: number;
}

/** One kind of load. */
export interface Phase {
  /** A noun in the plural. */
  readonly name: string;
  /**
   * Runs `count` of them, or fewer if the time is over. When all are over, it gives how many there were.
   * Throws if one of them did not end as it has to.
   */
  run(count: number, site: Site): Promise<number>;
}

/**
 * Runs `turn` `count` times, or as often as there is time for, with `atOnce` at the same time; gives how
 * often. Each turn gets its number, and its place among those at the same time.
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
