import { createServer } from 'express-mcp-gateway';
import { createApp } from './app.js';

createServer(createApp(process.env.MCP_TARGET)).listen(process.env.PORT ?? 3000);
