import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Visible ASCII characters, and not more than a log can use. */
const USABLE = /^[\x21-\x7e]{1,128}$/;

/**
 * What a request is known by in the logs of all who handle it: the client's `X-Request-Id` where it is
 * usable, else an id that is made when somebody reads it.
 */
export class RequestId {
  #value: string | undefined;

  constructor({ 'x-request-id': given }: IncomingHttpHeaders) {
    if (typeof given === 'string' && USABLE.test(given)) this.#value = given;
  }

  get value(): string {
    this.#value ??= randomUUID();
    return this.#value;
  }
}
