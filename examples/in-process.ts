import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

const server = createMcpHandler(() => new McpServer({ name: 'mine', version: '1.0.0' }));

const app = express();

app.use(createMcpGateway({ target: toNodeHandler(server) }));

app.listen(3000);
