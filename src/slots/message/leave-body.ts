import type { IncomingMessage } from 'node:http';
import type { Middleware } from '../../http/middleware.ts';

type WithBody = IncomingMessage & { readonly rawBody?: unknown };

/**
 * Leaves the content of a body that was read in `req.body`, for middleware that expects it there. The body is
 * parsed when `req.body` is read for the first time: a large one takes a tenth of a second, in which no other
 * request is served.
 */
export function leaveBody(): Middleware {
  return function leaveBodyMiddleware(req: WithBody, _res, next) {
    if (req.rawBody instanceof Uint8Array) Object.defineProperty(req, 'body', PARSED_WHEN_READ);
    next();
  };
}

/** One descriptor for all requests, which holds none of them. */
const PARSED_WHEN_READ: PropertyDescriptor = {
  get(this: WithBody): unknown {
    const body: unknown = JSON.parse(Buffer.from(this.rawBody as Uint8Array).toString());
    setBody(this, body);
    return body;
  },
  set(this: WithBody, body: unknown) {
    setBody(this, body);
  },
  configurable: true,
  enumerable: true,
};

function setBody(req: WithBody, value: unknown): void {
  Object.defineProperty(req, 'body', {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}
