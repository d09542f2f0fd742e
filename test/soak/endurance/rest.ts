import { isDeepStrictEqual } from 'node:util';
import { fileDescriptors } from '../processes/file-descriptors.ts';
import type { ManagedProcess } from '../processes/managed-process.ts';
import { until } from '../until.ts';
import type { Upstream } from './load/upstream.ts';
import { grown } from './verdict/counts.ts';
import type { Point } from './verdict/evidence.ts';
import type { Counts, Holdings, Loaded } from './verdict/holdings.ts';

/** Measures what the gateway's process holds at rest. */
export class Rest {
  readonly #gateway: ManagedProcess;
  readonly #upstream: Upstream;
  readonly #patienceMs: number;
  /** The files that it had open before its first request. */
  readonly #fresh: Counts;

  static async of(gateway: ManagedProcess, upstream: Upstream, patienceMs: number): Promise<Rest> {
    return new Rest(gateway, upstream, patienceMs, await fileDescriptors(gateway.life.pid));
  }

  private constructor(
    gateway: ManagedProcess,
    upstream: Upstream,
    patienceMs: number,
    fresh: Counts,
  ) {
    this.#gateway = gateway;
    this.#upstream = upstream;
    this.#patienceMs = patienceMs;
    this.#fresh = fresh;
  }

  /**
   * Waits until no socket is left. Then it waits until no count is above that of `before`; without `before`,
   * until two measurements are equal. If that never happens, it gives the last measurement.
   */
  async reached(before?: Point): Promise<Point> {
    const loaded = await this.#gateway.ask<Loaded>('loaded');
    await until(async () => {
      this.#upstream.closeIdle();
      return (await this.#files()).socket === this.#fresh.socket;
    }, this.#patienceMs);
    let point = { ...(await this.#look()), loaded };
    await until(async () => {
      if (before !== undefined && grown(point, before).length === 0) return true;
      const last = point;
      point = { ...(await this.#look()), loaded };
      return before === undefined && isDeepStrictEqual(point.counts, last.counts);
    }, this.#patienceMs);
    return point;
  }

  async #look(): Promise<Omit<Point, 'loaded'>> {
    const holdings = await this.#gateway.ask<Holdings>('holdings');
    return { ...holdings, counts: { ...holdings.counts, files: await this.#files() } };
  }

  #files(): Promise<Counts> {
    return fileDescriptors(this.#gateway.life.pid);
  }
}
