import express, { type ErrorRequestHandler, type Router } from 'express';
import { apiKey, type McpGateway, requireAuth } from '../../src/index.ts';

/**
 * What an operator may do with one gateway: see the upstreams, take one out of service, and take it back.
 * The operator has to tell each gateway. nginx passes none of these paths on; the key is needed anyway.
 */
export function adminRoutes(gateway: McpGateway, sha256: string): Router {
  const routes = express.Router();
  routes.use(requireAuth(apiKey({ keys: [{ sha256, subject: 'operator' }] })));

  routes.get('/targets', (_req, res) => void res.json(gateway.targets()));

  // Answers when the upstream has no request under way any more. Then it can be stopped.
  routes.post('/drain', async ({ query: { target, graceMs = 10_000 } }, res) => {
    await gateway.drain(String(target), { graceMs: Number(graceMs) });
    res.json(gateway.targets());
  });

  routes.post('/restore', ({ query: { target } }, res) => {
    gateway.restore(String(target));
    res.json(gateway.targets());
  });

  routes.use(unknownTarget);
  return routes;
}

const unknownTarget: ErrorRequestHandler = (error, _req, res, next) => {
  if (error instanceof RangeError) res.status(404).json({ error: error.message });
  else next(error);
};
