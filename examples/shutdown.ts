import express from 'express';
import { createMcpGateway, createServer } from 'express-mcp-gateway';

const { MCP_TARGET = 'https://third-party-mcp-server.example/mcp', PORT = 3000 } = process.env;

const app = express();
const gateway = createMcpGateway({ target: MCP_TARGET });
app.use(gateway);
const server = createServer(app).listen(PORT);

process.once('SIGTERM', async () => {
  server.close();
  await gateway.close({ graceMs: 10_000 });
  server.closeAllConnections();
});
