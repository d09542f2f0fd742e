/** A kept value, and the terms under which it is kept. */
interface Entry {
  readonly terms: readonly unknown[];
  readonly value: unknown;
  readonly onForgotten: () => void;
}

/** A configuration that is being built, or is about to hold. */
interface Renewal {
  /** The entries that it has asked for. */
  readonly used: Set<Entry>;
  readonly effects: (() => void)[];
}

/**
 * Values of a gateway that outlive an update: counters, open streams, sessions. Each is known by its terms.
 * The first call with these terms makes the value; later calls get the same one. A value that a new
 * configuration has not asked for is forgotten; requests that hold it go on with it.
 */
export class Kept {
  #all: Entry[] = [];
  #renewal: Renewal | undefined;
  /** News that waits until the new configuration holds. */
  readonly #news: (() => void)[] = [];
  #isTelling = false;

  /**
   * @param terms - The name of the value, and all that makes it a different one: sizes, times, stores.
   * @param make - Makes the value. Ask for other kept values that it is made from before this call, not in
   * `make`.
   * @param onForgotten - Called when no configuration uses the value any more. Must not throw.
   */
  of<T>(
    terms: readonly [name: string, ...others: unknown[]],
    make: () => T,
    onForgotten?: (value: T) => void,
  ): T {
    const known = this.#all.find((entry) => areSame(entry.terms, terms));
    if (known !== undefined) {
      this.#renewal?.used.add(known);
      return known.value as T;
    }
    const value = make();
    const entry = { terms, value, onForgotten: () => onForgotten?.(value) };
    this.#all.push(entry);
    this.#renewal?.used.add(entry);
    return value;
  }

  /**
   * Calls `effect` when the configuration that is being built holds; at once where none is being built.
   *
   * @param effect - Must not throw: nothing could be taken back any more.
   */
  onceBuilt(effect: () => void): void {
    if (this.#renewal === undefined) effect();
    else this.#renewal.effects.push(effect);
  }

  /**
   * Calls a listener of the app, which may update the gateway at once. While a configuration is being built,
   * the call waits until that configuration holds. Calls keep their order.
   */
  tell(news: () => void): void {
    if (this.#renewal === undefined && !this.#isTelling) news();
    else this.#news.push(news);
  }

  /**
   * Builds all that a configuration needs, and forgets what it has not asked for. Where `build` throws, nothing
   * has changed.
   *
   * @param hold - Makes it the configuration that holds, before any listener is told of it.
   */
  renew<T>(build: () => T, hold: (built: T) => void): void {
    if (this.#renewal !== undefined) throw new Error(NESTED);
    const before = [...this.#all];
    // A listener that is being told may call this. The news that other listeners still wait for stays.
    const told = this.#news.length;
    const renewal: Renewal = { used: new Set(), effects: [] };
    this.#renewal = renewal;
    let built: T;
    try {
      built = build();
    } catch (error) {
      this.#keepOnly(new Set(before));
      this.#renewal = undefined;
      this.#news.length = told;
      throw error;
    }
    try {
      for (const effect of renewal.effects) effect();
      this.#keepOnly(renewal.used);
      hold(built);
    } finally {
      this.#renewal = undefined;
    }
    this.#tellNews();
  }

  #tellNews(): void {
    // The call that is telling news now goes on with the rest.
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      for (let news = this.#news.shift(); news !== undefined; news = this.#news.shift()) news();
    } finally {
      this.#isTelling = false;
    }
  }

  #keepOnly(used: ReadonlySet<Entry>): void {
    const forgotten = this.#all.filter((entry) => !used.has(entry));
    this.#all = this.#all.filter((entry) => used.has(entry));
    for (const { onForgotten } of forgotten) onForgotten();
  }
}

const NESTED = 'A configuration is being built already';

function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((term, i) => Object.is(term, others[i]));
}
