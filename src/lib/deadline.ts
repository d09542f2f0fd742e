/** A timer that is moved rather than replaced while it runs. */
export class Deadline {
  #timer: NodeJS.Timeout | undefined;

  /** Runs `onExpired` after `ms`, unless cleared or started anew before; never for `false`. */
  start(ms: number | false, onExpired: () => void): void {
    this.clear();
    if (ms !== false) this.#timer = setTimeout(onExpired, ms);
  }

  /** Starts the same time again. */
  restart(): void {
    this.#timer?.refresh();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
