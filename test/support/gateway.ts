import type { Server } from 'node:http';
import express, { type Express } from 'express';
import { createMcpGateway, type GatewayConfig, type GatewayError } from '../../src/index.ts';
import { serve } from './servers.ts';

export interface TestGateway {
  readonly server: Server;
  readonly port: number;
  /** The endpoint, `http://127.0.0.1:PORT/mcp`. */
  readonly url: string;
  /** The errors that `onError` got. */
  readonly errors: GatewayError[];
}

/** An Express app with a gateway, on a free port. `prepare` mounts middleware in front of the gateway. */
export async function startGateway(
  config: GatewayConfig,
  prepare: (app: Express) => void = () => {},
): Promise<TestGateway> {
  const errors: GatewayError[] = [];
  const app = express();
  prepare(app);
  app.use(createMcpGateway({ onError: (error) => errors.push(error), ...config }));
  const { server, port } = await serve(app);
  return { server, port, url: `http://127.0.0.1:${port}/mcp`, errors };
}
