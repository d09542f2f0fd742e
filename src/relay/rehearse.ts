import { answerError } from '../answer-error.ts';
import type { Middleware } from '../http/middleware.ts';
import { openBody } from '../http/request-body.ts';
import type { RelaySettings } from './relay-settings.ts';
import { NOT_ENCODED, type OutgoingHead, outgoingHead } from './request/outgoing-head.ts';

/** In place of the relay, for a request that is only described: tells what would be sent, and sends nothing. */
export function rehearseRelay(
  settings: Pick<RelaySettings, 'target' | 'hop' | 'pathAt'>,
  onSending: (head: OutgoingHead) => void,
): Middleware {
  return function rehearseRelayMiddleware(req, res) {
    const body = openBody(req);
    const head = body && outgoingHead(req, settings, body.length);
    if (body === undefined) answerError(req, res, 'body_consumed');
    else if (head === undefined) answerError(req, res, 'invalid_request', { message: NOT_ENCODED });
    else onSending(head);
  };
}
