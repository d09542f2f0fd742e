import type { IncomingMessage } from 'node:http';
import type { Middleware } from '../http/middleware.ts';

/** Leaves what a body that was read says in `req.body`, for middleware that expects it there. */
export function leaveBody(): Middleware {
  return function leaveBodyMiddleware(req: IncomingMessage & { rawBody?: unknown }, _res, next) {
    if (req.rawBody instanceof Uint8Array) {
      Object.assign(req, { body: JSON.parse(Buffer.from(req.rawBody).toString()) });
    }
    next();
  };
}
