import { createServer } from 'express-mcp-gateway';
import { createApp } from './app.js';

const { MCP_TARGET = 'https://third-party-mcp-server.example/mcp', PORT = 3000 } = process.env;

createServer(createApp(MCP_TARGET)).listen(PORT);
