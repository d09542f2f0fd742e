import type { IncomingMessage, ServerResponse } from 'node:http';

/** Hands the request on; with an argument, reports an error to the host app. */
export type Next = (error?: unknown) => void;

/**
 * A middleware on `node:http` types alone, so that it works in Express 4, Express 5, Connect and
 * anything else that calls `(req, res, next)`.
 */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void;
