import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { ERRORS, type ErrorReason, errorText } from '../../errors.ts';
import { isBodyPending } from '../../http/framing.ts';
import { makeLastRequest } from '../../http/last-request.ts';
import type { Endpoint } from '../inputs/input.ts';
import type { Log } from './log.ts';

/** Answers requests that no gateway has answered: 404, with this body in place of the package's own. */
export function notFound(log: Log, body: object | undefined): RequestHandler {
  return function notFoundMiddleware(req, res) {
    refuse(req, res, log, 'not_found', { body });
  };
}

/** Answers a method that an endpoint does not have, with this body: 405. */
export function methodNotAllowed(
  log: Log,
  { path, methods }: Endpoint,
  body: object,
): RequestHandler {
  const allow = methods.join(', ');
  const pattern = patternOf(path);
  return function methodNotAllowedMiddleware(req, res, next) {
    const { method } = req;
    const isPreflight = method === 'OPTIONS' && 'access-control-request-method' in req.headers;
    if (isPreflight || methods.includes(method) || !pattern.test(req.path)) next();
    else refuse(req, res.set('Allow', allow), log, 'method_not_allowed', { body });
  };
}

/** Answers where middleware of an app has thrown. */
export function failed(log: Log): ErrorRequestHandler {
  return function failedMiddleware(error, req, res, next) {
    if (res.headersSent) {
      next(error);
      return;
    }
    const { status } = Object(error) as { readonly status?: unknown };
    // A URL that Express cannot read is the client's mistake.
    if (typeof status === 'number' && status >= 400 && status < 500) {
      refuse(req, res, log, 'invalid_request', { status });
    } else
      refuse(req, res, log, 'internal_error', { detail: String(Object(error).stack ?? error) });
  };
}

/** A path as Express writes it. */
function patternOf(path: string): RegExp {
  const segments = path
    .split('/')
    .map((own) => (own.startsWith(':') ? '[^/]+' : own.replaceAll(/[^\w/-]/g, String.raw`\$&`)));
  return new RegExp(`^${segments.join('/')}/?$`);
}

interface Refusal {
  readonly body?: object | undefined;
  readonly status?: number;
  /** For the log alone. */
  readonly detail?: string;
}

function refuse(
  req: Request,
  res: Response,
  log: Log,
  reason: ErrorReason,
  { body, status = ERRORS[reason].status, detail }: Refusal,
): void {
  const { method, path, socket } = req;
  const record = { method, path, ip: socket.remoteAddress, status, reason, detail };
  log[status >= 500 ? 'error' : 'warn'](record, `${method} ${status}`);
  if (isBodyPending(req)) makeLastRequest(req, res);
  res
    .status(status)
    .set({ 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' });
  res.end(body === undefined ? errorText(reason, null) : JSON.stringify(body));
}
