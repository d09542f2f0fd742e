import { EventEmitter, once } from 'node:events';

/** The HTTP calls of a client, as far as they were answered. */
export class Wire extends EventEmitter {
  readonly #calls: { readonly method: string; readonly answer: Response }[] = [];

  /** For a client to call with. */
  readonly fetch = async (input: string | URL, init?: RequestInit): Promise<Response> => {
    const answer = await fetch(input, init);
    this.#calls.push({ method: init?.method ?? 'GET', answer });
    this.emit('answer');
    return answer;
  };

  /** Each in a line: method, status, type of the answer. */
  get lines(): string[] {
    return this.#calls.map(({ method, answer: { status, headers } }) =>
      [method, status, headers.get('content-type') ?? '-'].join(' '),
    );
  }

  /** Waits until `count` calls with this method were answered. */
  async has(method: string, count = 1): Promise<void> {
    while (this.#calls.filter((call) => call.method === method).length < count) {
      await once(this, 'answer');
    }
  }
}
