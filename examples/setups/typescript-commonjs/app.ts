import express, { type Express } from 'express';
import { createMcpGateway, type GatewayConfig } from 'express-mcp-gateway';

export function createApp(target: GatewayConfig['target']): Express {
  const app = express();
  app.use(createMcpGateway({ target }));
  return app;
}
