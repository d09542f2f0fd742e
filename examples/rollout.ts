import { setTimeout } from 'node:timers/promises';
import express from 'express';
import { createMcpGateway, createServer } from 'express-mcp-gateway';

const { MCP_TARGET = 'https://third-party-mcp-server.example/mcp', PORT = 3000 } = process.env;

const app = express();
const gateway = createMcpGateway({ target: MCP_TARGET });
app.use(gateway);

let isReady = true;
app.get('/readyz', (_req, res) => void res.sendStatus(isReady ? 200 : 503));

const server = createServer(app).listen(PORT);

process.once('SIGTERM', async () => {
  // Requests still come, and are served, until the load balancer has asked for /readyz again.
  isReady = false;
  await setTimeout(5_000);
  // Takes no new connections, and closes idle ones.
  server.close();
  // Calls finish. Event streams end between two events, and clients open them elsewhere.
  await gateway.close({ graceMs: 20_000 });
  server.closeAllConnections();
});
