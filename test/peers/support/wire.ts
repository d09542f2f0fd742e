import { EventEmitter, once } from 'node:events';

/** The HTTP calls of a client, as far as they were answered. */
export class Wire extends EventEmitter {
  readonly #calls: { readonly method: string; readonly url: URL; readonly answer: Response }[] = [];

  /** For a client to call with. */
  readonly fetch = async (input: string | URL, init?: RequestInit): Promise<Response> => {
    const answer = await fetch(input, init);
    this.#calls.push({ method: init?.method ?? 'GET', url: new URL(input), answer });
    this.emit('answer');
    return answer;
  };

  /** Each in a line: method, status, type of the answer. */
  get lines(): string[] {
    return this.#calls.map(({ method, answer: { status, headers } }) =>
      [method, status, headers.get('content-type') ?? '-'].join(' '),
    );
  }

  /** Where each went, in a line: method, URL, status. */
  get visits(): string[] {
    return this.#calls.map(({ method, url, answer }) => `${method} ${url} ${answer.status}`);
  }

  /** What the client was told of tokens that it lacks, in order. */
  get challenges(): string[] {
    return this.#calls.flatMap(({ answer }) => answer.headers.get('www-authenticate') ?? []);
  }

  /** Where the calls with this method went. */
  urlsOf(method: string): URL[] {
    return this.#calls.filter((call) => call.method === method).map(({ url }) => url);
  }

  /** Waits until `count` calls with this method were answered. */
  async has(method: string, count = 1): Promise<void> {
    while (this.urlsOf(method).length < count) {
      await once(this, 'answer');
    }
  }
}
