import { ForwardedQuery } from './forwarded-query.ts';
import { namesIn } from './names.ts';
import { PathTemplate } from './path-template.ts';
import type { TemplateValues } from './target.ts';

/** Path and query of the requests to one URL, where they are not always those of the URL. */
export class RequestPath {
  readonly #own: string;
  readonly #template: PathTemplate | undefined;
  readonly #query: ForwardedQuery | undefined;

  /** @param forward - The names in the client's query that go upstream. */
  constructor(url: URL, forward: readonly string[] | undefined) {
    this.#own = url.pathname + url.search;
    this.#template = namesIn(url).length === 0 ? undefined : new PathTemplate(url);
    this.#query = forward && new ForwardedQuery(forward, url.search);
  }

  /**
   * Path and query for a request with these values; `url` is that of the client's request. Undefined where
   * the query has something that cannot be sent on.
   */
  for(values: TemplateValues | undefined, url = ''): string | undefined {
    const query = this.#query === undefined ? '' : this.#query.of(url);
    if (query === undefined) return undefined;
    return (this.#template?.fill(values) ?? this.#own) + query;
  }
}
