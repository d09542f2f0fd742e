/** What is kept under its terms. */
interface Entry {
  readonly terms: readonly unknown[];
  readonly value: unknown;
  readonly onForgotten: () => void;
}

/** A configuration that is being built, or is about to hold. */
interface Renewal {
  /** What it has asked for. */
  readonly used: Set<Entry>;
  readonly effects: (() => void)[];
}

/**
 * What is to last as long as there is a gateway, whatever is made anew: counters, open streams,
 * sessions. Each is known by its terms, and made when it is first asked for: who asks on the same
 * terms gets the same. What a new configuration has not asked for is forgotten; requests that hold it go on with it.
 */
export class Kept {
  #all: Entry[] = [];
  #renewal: Renewal | undefined;
  /** What is told of the configuration that is about to hold. */
  readonly #news: (() => void)[] = [];
  #isTelling = false;

  /**
   * @param terms - Its name, and all that makes it another: sizes, times, stores.
   * @param make - Makes it. What it is made of, and is kept as well, has to be asked for before, not in here.
   * @param onForgotten - Called when no configuration uses it any more. Must not throw.
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
   * Tells somebody, who may give the gateway another configuration there and then. While one is on its way, it is
   * told once that holds, and each piece of news behind those before it.
   */
  tell(news: () => void): void {
    if (this.#renewal === undefined && !this.#isTelling) news();
    else this.#news.push(news);
  }

  /**
   * Builds all that a configuration needs, and forgets what it has not asked for. Where `build` throws, nothing
   * has changed.
   *
   * @param hold - Makes it the one that holds, before anybody is told of it.
   */
  renew<T>(build: () => T, hold: (built: T) => void): void {
    if (this.#renewal !== undefined) throw new Error(NESTED);
    const before = [...this.#all];
    // Whoever is being told now may be who builds: what is still to be told to others stays.
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
    // Whoever is being told goes on with it.
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
