import express from 'express';
import { createMcpGateway, createServer } from 'express-mcp-gateway';

const { MCP_TARGET = 'https://third-party-mcp-server.example/mcp', PORT = 3000 } = process.env;

const app = express();
const gateway = createMcpGateway({ target: MCP_TARGET });
app.get('/readyz', (_req, res) => {
  res.sendStatus(gateway.stats().draining ? 503 : 200);
});
app.use(gateway);
const server = createServer(app).listen(PORT);

process.once('SIGTERM', async () => {
  await gateway.close({ graceMs: 10_000 });
  server.close();
  server.closeAllConnections();
});
