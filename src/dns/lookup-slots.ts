/** What {@link LookupSlots} needs to know of the machine. */
export interface SlotSettings {
  /** How many look-ups libuv runs at a time. */
  readonly slots: number;
  /** Whether name servers answer about a name, whatever they say; takes some time where they do not. */
  readonly probe: (hostname: string) => Promise<boolean>;
}

interface Job {
  readonly hostname: string;
  readonly run: () => Promise<void>;
  /**
   * How far the probe of the name servers is; undefined where none is under way, and they have not answered.
   */
  probe: 'under way' | 'answered' | undefined;
}

/**
 * Starts look-ups. libuv runs few at a time and cannot cancel one, and a look-up may hang as long as name
 * servers are silent. So the last slot is only for names whose servers are known to answer.
 *
 * @see https://docs.libuv.org/en/v1.x/threadpool.html
 */
export class LookupSlots {
  readonly #settings: SlotSettings;
  readonly #waiting = new Set<Job>();
  #running = 0;

  constructor(settings: SlotSettings) {
    this.#settings = settings;
  }

  /** Runs a look-up for a name, which never rejects, when there is a slot for it. */
  run(hostname: string, lookup: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const run = () => lookup().then(resolve);
      this.#waiting.add({ hostname, run, probe: undefined });
      this.#next();
    });
  }

  #next(): void {
    const { slots } = this.#settings;
    for (const job of this.#waiting) {
      if (this.#running < slots - (job.probe === 'answered' ? 0 : 1)) this.#start(job);
      else if (job.probe === undefined) void this.#ask(job);
    }
  }

  #start(job: Job): void {
    this.#waiting.delete(job);
    this.#running += 1;
    void job.run().then(() => {
      this.#running -= 1;
      this.#next();
    });
  }

  async #ask(job: Job): Promise<void> {
    job.probe = 'under way';
    const isAnswered = await this.#settings.probe(job.hostname);
    job.probe = isAnswered ? 'answered' : undefined;
    if (this.#waiting.has(job)) this.#next();
  }
}
