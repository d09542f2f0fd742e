import express, { type Express } from 'express';
import { createMcpGateway, type McpGateway } from '../../gateway.ts';
import { accessLog } from '../../slots/observe/access-log.ts';
import type { CreateGateway, OpenInput } from '../inputs/input.ts';
import { health } from './health.ts';
import type { Log } from './log.ts';
import { failed, methodNotAllowed, notFound } from './refusals.ts';
import { securityHeaders } from './security-headers.ts';

/** An app, and the gateways in it. */
export interface ServedApp {
  readonly app: Express;
  readonly gateways: readonly McpGateway[];
}

/**
 * The app around the gateways of a file.
 *
 * @param create - Makes each gateway.
 */
export async function appFor(
  input: OpenInput,
  log: Log,
  create: CreateGateway = (config) => createMcpGateway(config),
): Promise<ServedApp> {
  const { healthPath, errorBody } = input.plan;
  const app = express();
  app.disable('x-powered-by');
  app.set('case sensitive routing', true);
  app.use(securityHeaders());
  if (healthPath !== undefined) app.use(health(healthPath));
  if (errorBody[405] !== undefined) {
    for (const endpoint of input.endpoints) {
      app.use(methodNotAllowed(log, endpoint, errorBody[405]));
    }
  }
  const gateways = await input.mount(app, accessLog(log), create);
  app.use(notFound(log, errorBody[404]), failed(log));
  return { app, gateways };
}
