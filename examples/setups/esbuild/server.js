import { createServer } from 'express-mcp-gateway';
import { createApp } from './app.js';

const server = createServer(createApp(process.env.MCP_TARGET)).listen(process.env.PORT ?? 3000);
server.once('listening', () => console.log(`Port ${server.address().port}`));
