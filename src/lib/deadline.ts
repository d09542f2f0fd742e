/** A timer that is moved rather than replaced while it runs. */
export class Deadline {
  #timer: NodeJS.Timeout | undefined;

  /** Runs `onExpired` after `ms`, unless cleared or started anew before; never for `false`. */
  start(ms: number | false, onExpired: () => void): void;
  /**
   * The same with a function that many share, which is given `owner`: an object that is kept for long needs
   * no function of its own then.
   */
  start<Owner>(ms: number | false, onExpired: (owner: Owner) => void, owner: Owner): void;
  start(ms: number | false, onExpired: (owner?: unknown) => void, owner?: unknown): void {
    this.clear();
    if (ms !== false) this.#timer = setTimeout(onExpired, ms, owner);
  }

  /** Starts the same time again. */
  restart(): void {
    this.#timer?.refresh();
  }

  clear(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
