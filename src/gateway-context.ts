import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Principal } from './principal.ts';

/** What the gateway knows of a request, as callbacks see it. */
export interface GatewayContext<Req extends IncomingMessage = IncomingMessage> {
  /** The request itself. Reading its body here takes it from the upstream. */
  readonly req: Req;
  /** The client's address; `trust proxy` decides about forwarded headers. */
  readonly ip: string;
  /** The request's headers as Node gives them, by lower-case name. */
  readonly headers: IncomingHttpHeaders;
  /** Who the request comes from, once an authenticator has found it out. */
  readonly principal: Principal | undefined;
}

/**
 * What observers and `onError` get: they keep it, and write it into logs. Each getter reads from the context
 * when it is called, and the object has no property of its own, so that a logger that writes an object's
 * properties finds no credentials, and no part of the gateway.
 */
export class ContextView implements GatewayContext {
  readonly #context: GatewayContext;

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  get req(): IncomingMessage {
    return this.#context.req;
  }

  get ip(): string {
    return this.#context.ip;
  }

  get headers(): IncomingHttpHeaders {
    return this.#context.headers;
  }

  get principal(): Principal | undefined {
    return this.#context.principal;
  }
}
