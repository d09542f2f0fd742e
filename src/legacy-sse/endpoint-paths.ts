import { haveSameNames } from '../targets/names.ts';
import { RequestPath } from '../targets/request-path.ts';
import type { TemplateValues } from '../targets/target.ts';

/** Where a target has the endpoints of the older transport. */
export interface EndpointUrls {
  readonly stream: URL;
  /** Where it is expected to take messages. */
  readonly messages: URL;
}

/** Path and query of these endpoints, for each request. */
export class EndpointPaths {
  readonly origin: string;
  readonly #stream: RequestPath;
  /**
   * Undefined where it lacks names of the stream's URL: then it does not say which upstream a message is for.
   */
  readonly #messages: RequestPath | undefined;

  /** @param forward - The names in the client's query that go upstream. */
  constructor({ stream, messages }: EndpointUrls, forward: readonly string[] | undefined) {
    this.origin = stream.origin;
    this.#stream = new RequestPath(stream, forward);
    const path = new URL(messages.pathname, messages);
    this.#messages = haveSameNames(path, stream) ? new RequestPath(path, undefined) : undefined;
  }

  /** Path and query of the stream, for the client's URL; undefined where its query cannot be sent on. */
  streamFor(values: TemplateValues | undefined, url?: string): string | undefined {
    return this.#stream.for(values, url);
  }

  /** Where messages are expected, if anywhere. */
  messagesFor(values: TemplateValues | undefined): string | undefined {
    return this.#messages?.for(values);
  }
}
