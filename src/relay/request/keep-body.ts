import type { IncomingMessage } from 'node:http';
import type { BodyHold } from '../../body-notes.ts';
import { contextOf, type RequestContext } from '../../context.ts';
import { RepeatableBody } from '../../http/repeatable-body.ts';
import type { RequestBody } from '../../http/request-body.ts';

/** How much of a body is kept where nothing else bounds bodies. */
const MOST_KEPT = 4 * 1024 * 1024;

/** Makes what counts the bytes of a request that are held. */
export type CreateHold = (context: RequestContext) => BodyHold;

/** The same body, kept while it is sent, within the limits for the bodies of requests. */
export function keepBody(
  req: IncomingMessage,
  body: RequestBody,
  createHold: CreateHold,
): RequestBody {
  if (body.again !== undefined) return body;
  const context = contextOf(req);
  const { largest } = context.body;
  const limit = largest === Number.POSITIVE_INFINITY ? MOST_KEPT : largest;
  return new RepeatableBody(body, {
    limit,
    hold: context.body.heldBy(() => createHold(context)),
  });
}
