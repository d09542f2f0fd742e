import type { RequestHandler } from 'express';

/** Answers at this path that the server is up, in the form that KrakenD has. */
export function health(path: string): RequestHandler {
  return (req, res, next) => {
    if (req.path !== path || !(req.method === 'GET' || req.method === 'HEAD')) {
      next();
      return;
    }
    const body = JSON.stringify({ status: 'ok', agents: {}, now: new Date().toISOString() });
    res.set({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).send(body);
  };
}
