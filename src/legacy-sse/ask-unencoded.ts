import { contextOf } from '../context.ts';
import type { HeaderEdits } from '../header-edits.ts';
import type { Middleware } from '../http/middleware.ts';

const EDITS: HeaderEdits = {
  forwards: () => false,
  withheld: new Set(['accept-encoding']),
  set: [['Accept-Encoding', 'identity', 'accept-encoding']],
  secrets: [],
  response: { set: [], remove: new Set() },
};

/** Asks for an event stream that can be read: the event with the URL for messages is in it. */
export const askUnencoded: Middleware = (req, _res, next) => {
  contextOf(req).addHeaderEdits(EDITS);
  next();
};
