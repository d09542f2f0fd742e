import type { Server } from 'node:http';
import type { Express } from 'express';
import { createServer } from '../../create-server.ts';
import type { ServerPlan } from './server-plan.ts';
import { readTls } from './tls.ts';

/** A server for an app, hardened; it does not listen yet. */
export function makeServer(app: Express, plan: ServerPlan): Server {
  const { limits, maxHeaderSize } = plan;
  if (plan.tls === undefined) return createServer(app, { ...limits, maxHeaderSize });
  const { options: tls, names } = readTls(plan.tls);
  const server = createServer(app, { ...limits, maxHeaderSize, tls });
  for (const [name, { context }] of names) server.addContext(name, context);
  return server;
}
