import type { IncomingMessage } from 'node:http';
import { answerError } from '../answer-error.ts';
import type { Middleware } from '../http/middleware.ts';
import { openBody, type RequestBody } from '../http/request-body.ts';
import type { RelaySettings } from './relay-settings.ts';
import { keepBody } from './request/keep-body.ts';
import { RelayedRequest } from './request/relayed-request.ts';

/** The end of the chain: sends each request upstream and its answer back. */
export function relay(settings: RelaySettings): Middleware {
  const { createHold } = settings;
  const kept = (req: IncomingMessage, body: RequestBody) =>
    createHold === undefined ? body : keepBody(req, body, createHold);
  return function relayMiddleware(req, res) {
    if (res.closed || res.headersSent) return;
    const body = openBody(req);
    if (body === undefined) answerError(req, res, 'body_consumed');
    else new RelayedRequest(req, res, settings, kept(req, body)).start();
  };
}
