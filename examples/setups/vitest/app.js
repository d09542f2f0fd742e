import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

export function createApp(target) {
  const app = express();
  app.use(createMcpGateway({ target }));
  return app;
}
