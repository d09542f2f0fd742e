import type { Observer, RequestRecord } from '../../src/index.ts';

/** An observer that keeps the records of a run. */
export class Journal implements Observer {
  readonly #records: RequestRecord[] = [];
  #open = 0;
  #onSettled: () => void = () => {};

  onRequest(): void {
    this.#open += 1;
  }

  onClose(record: RequestRecord): void {
    this.#records.push(record);
    this.#open -= 1;
    if (this.#open === 0) this.#onSettled();
  }

  /** Takes the records so far out of the journal, as soon as no request is open. */
  async take(): Promise<RequestRecord[]> {
    if (this.#open > 0) await new Promise<void>((resolve) => (this.#onSettled = resolve));
    return this.#records.splice(0);
  }
}
