/**
 * What is to last as long as there is a gateway, whatever is made anew: counters, open streams,
 * sessions. Each is known by its terms, and made when it is first asked for: who asks on the same
 * terms gets the same.
 */
export class Kept {
  readonly #all: { readonly terms: readonly unknown[]; readonly value: unknown }[] = [];

  /** @param terms - Its name, and all that makes it another: sizes, times, stores. */
  of<T>(terms: readonly [name: string, ...others: unknown[]], make: () => T): T {
    const known = this.#all.find((kept) => areSame(kept.terms, terms));
    if (known !== undefined) return known.value as T;
    const value = make();
    this.#all.push({ terms, value });
    return value;
  }
}

function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((term, i) => Object.is(term, others[i]));
}
