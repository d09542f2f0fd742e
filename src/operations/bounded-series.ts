/**
 * The label sets that one metric may have for one gateway. Each is a time series, which is never removed: so
 * there is room for a fixed number of each kind, and a later set gets no room. A value is kept with each set,
 * so that it is made once.
 */
export class BoundedSeries<Kind extends string, S> {
  readonly #room: Record<Kind, number>;
  /** The room that is kept for the first set of each group: half of all room. */
  readonly #reserve: Readonly<Record<Kind, number>>;
  readonly #series = new Map<string, S>();
  readonly #groups = new Set<string>();

  /** @param room - How many label sets there may be of each kind. */
  constructor(room: Readonly<Record<Kind, number>>) {
    this.#room = { ...room };
    const halves = Object.entries<number>(room).map(([kind, most]) => [kind, most / 2]);
    this.#reserve = Object.fromEntries(halves);
  }

  /** What is kept with the set that has this key. */
  get(key: string): S | undefined {
    return this.#series.get(key);
  }

  /**
   * The same, made if there is room for it.
   *
   * @param group - The group that the set belongs to. Half of the room is kept for the first sets of groups.
   */
  add(kind: Kind, key: string, group: string, make: () => S): S | undefined {
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const isFirst = !this.#groups.has(group);
    if (this.#room[kind] <= (isFirst ? 0 : this.#reserve[kind])) return undefined;
    this.#room[kind] -= 1;
    this.#groups.add(group);
    const made = make();
    this.#series.set(key, made);
    return made;
  }
}
