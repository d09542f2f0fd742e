import type { Notes } from '../notes.ts';

/** The parts of a URL; path and query may hold names in braces. */
export interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly query: string;
}

/** Changes the URL of the backend, before anything is sent there. */
export type UrlEdit = (url: UrlParts) => UrlParts;

const URL_PARTS = /^(https?):\/\/(\[[^\]]*\]|[^/:?]+)(?::(\d+))?([^?]*)(?:\?(.*))?$/;

/** The URL of the backend, which modifiers change and ask about before the first request. */
export class BackendUrl {
  /** One for each host. */
  #urls: readonly UrlParts[];
  /** The names of the client's query that go upstream. */
  readonly forwarded: readonly string[];

  constructor(targets: readonly string[], forwarded: readonly string[]) {
    this.#urls = targets.flatMap((target) => {
      const [, scheme = '', host = '', port = '', path = '', query = ''] =
        URL_PARTS.exec(target) ?? [];
      return scheme === '' ? [] : [{ scheme, host, port, path, query }];
    });
    this.forwarded = forwarded;
  }

  edit(change: UrlEdit): void {
    this.#urls = this.#urls.map(change);
  }

  /** The targets as they are now. */
  get texts(): readonly string[] {
    return this.#urls.map(textOf);
  }

  /**
   * The answer to a question about the URL, which is the same for all requests; undefined, with a note, where
   * it would not be the same.
   *
   * @param varies - Whether the part that is asked about differs among requests.
   */
  ask(
    notes: Notes,
    question: (url: UrlParts) => boolean,
    varies: (url: UrlParts) => boolean,
  ): boolean | undefined {
    if (this.#urls.some(varies)) {
      notes.refuse(
        'what it asks about differs among requests, and the modifiers of a URL are chosen at the start; write the modifier alone, or an endpoint for each',
      );
      return undefined;
    }
    const answers = new Set(this.#urls.map(question));
    if (answers.size > 1) {
      notes.refuse('it holds for some of the hosts only; write an endpoint for each');
      return undefined;
    }
    return answers.has(true);
  }
}

/** Host and port, as a URL has them. */
export function authorityOf({ host, port }: UrlParts): string {
  return port === '' ? host : `${host}:${port}`;
}

/** A URL as a text. */
export function textOf(url: UrlParts): string {
  const search = url.query === '' ? '' : `?${url.query}`;
  return `${url.scheme}://${authorityOf(url)}${url.path}${search}`;
}
