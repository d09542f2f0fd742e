/** How many streams are open, for each key. */
export class OpenStreams {
  readonly #counts = new Map<string, number>();

  /** For how many keys a stream is open. */
  get size(): number {
    return this.#counts.size;
  }

  count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  open(key: string): void {
    this.#counts.set(key, this.count(key) + 1);
  }

  close(key: string): void {
    const left = this.count(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
