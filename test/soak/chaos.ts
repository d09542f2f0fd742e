import { setTimeout } from 'node:timers/promises';
import type { ManagedProcess } from './processes/managed-process.ts';
import { Random } from './random.ts';

/** Kills some processes, one after the other, and starts each of them again. */
interface Killer {
  readonly victims: readonly ManagedProcess[];
  /** The time from the restart of one process to the kill of the next. */
  readonly pauseMs: readonly [least: number, most: number];
  /** The time from the kill of a process to its restart. */
  readonly downMs: readonly [least: number, most: number];
}

/** Several killers at once: sometimes more than one process is down. */
export class Chaos {
  readonly #stopping = new AbortController();
  readonly #running: readonly Promise<void>[];
  readonly #say: (text: string) => void;

  constructor(
    seed: number,
    upstreams: readonly ManagedProcess[],
    gateways: readonly ManagedProcess[],
    say: (text: string) => void,
  ) {
    this.#say = say;
    const killers: Killer[] = [
      { victims: upstreams, pauseMs: [1500, 5000], downMs: [100, 2000] },
      { victims: upstreams, pauseMs: [5000, 12_000], downMs: [100, 3000] },
      { victims: gateways, pauseMs: [4000, 12_000], downMs: [100, 3000] },
    ];
    this.#running = killers.map((killer, i) => this.#run(killer, new Random(seed + i)));
  }

  /** Resolves when all processes are up. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  async #run({ victims, pauseMs, downMs }: Killer, random: Random): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#pause(random.between(...pauseMs));
      const victim = random.pick(victims.filter(({ isUp }) => isUp));
      const down = random.between(...downMs);
      if (victim === undefined || this.#stopping.signal.aborted) continue;
      this.#say(`kills ${victim.life.id}, for ${down} ms`);
      await victim.kill();
      await this.#pause(down);
      await victim.start();
    }
  }

  async #pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}
