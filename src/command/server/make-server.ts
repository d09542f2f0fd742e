import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Express } from 'express';
import { hardenServer } from '../../harden-server.ts';
import type { ServerPlan } from './server-plan.ts';
import { readTls } from './tls.ts';

/** A server for an app, hardened; it does not listen yet. */
export function makeServer(app: Express, plan: ServerPlan): Server {
  const { tls, limits, maxHeaderSize } = plan;
  const size = maxHeaderSize === undefined ? {} : { maxHeaderSize };
  if (tls === undefined) return hardenServer(createServer(size, app), limits);
  const { options, names } = readTls(tls);
  const server = createTlsServer({ ...options, ...size }, app);
  for (const [name, { context }] of names) server.addContext(name, context);
  return hardenServer(server, limits);
}
