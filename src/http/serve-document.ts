import type { IncomingMessage, ServerResponse } from 'node:http';
import { forbidSniffing } from './forbid-sniffing.ts';
import type { Middleware } from './middleware.ts';

/** Lets pages of any origin read the answer. */
const ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*' };
const METHODS = 'GET, HEAD, OPTIONS';

/** Answers a request for a document that could not be read. */
export type OnUnreadable = (req: IncomingMessage, res: ServerResponse, cause: unknown) => void;

/**
 * Serves a public JSON document to anyone, pages of any origin included. Where there is none at the
 * moment, the request goes on.
 */
export function serveDocument(
  read: () => Promise<string | Buffer | undefined>,
  onUnreadable?: OnUnreadable,
): Middleware {
  return function serveDocumentMiddleware(req, res, next) {
    if (req.method === 'OPTIONS') {
      const allowed = {
        'Access-Control-Allow-Methods': METHODS,
        'Access-Control-Allow-Headers': '*',
      };
      res.writeHead(204, { ...ANY_ORIGIN, ...allowed }).end();
      return;
    }
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.writeHead(405, { ...ANY_ORIGIN, Allow: METHODS }).end();
      return;
    }
    read()
      .then((document) => {
        if (document === undefined) {
          next();
          return;
        }
        forbidSniffing(res);
        res.writeHead(200, { ...ANY_ORIGIN, 'Content-Type': 'application/json' }).end(document);
      })
      .catch((error) => {
        if (onUnreadable === undefined) return next(error);
        res.setHeader('Access-Control-Allow-Origin', '*');
        onUnreadable(req, res, error);
      });
  };
}
