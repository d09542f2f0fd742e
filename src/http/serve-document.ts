import type { Middleware } from './middleware.ts';

/** What any page may learn. */
const ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*' };
const METHODS = 'GET, HEAD, OPTIONS';

/**
 * Serves a public JSON document to anyone, pages of any origin included. Where there is none at the
 * moment, the request goes on.
 */
export function serveDocument(read: () => Promise<string | Buffer | undefined>): Middleware {
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
        if (document === undefined) next();
        else
          res.writeHead(200, { ...ANY_ORIGIN, 'Content-Type': 'application/json' }).end(document);
      })
      .catch(next);
  };
}
