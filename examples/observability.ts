import express from 'express';
import { accessLog, createMcpGateway, createServer } from 'express-mcp-gateway';
import { otel } from 'express-mcp-gateway/otel';
import { prometheus } from 'express-mcp-gateway/prometheus';
import { pino } from 'pino';

// For traces, load an SDK of OpenTelemetry before this file, for example by
// node --import @opentelemetry/auto-instrumentations-node/register gateway.js
const { MCP_TARGET = 'https://third-party-mcp-server.example/mcp' } = process.env;
const { PORT = 3000, METRICS_PORT = 9464 } = process.env;

const metrics = prometheus();
const gateway = createMcpGateway({
  name: 'tickets',
  target: MCP_TARGET,
  observe: [otel(), metrics, accessLog(pino())],
});

const app = express();
app.get('/readyz', (_req, res) => {
  res.sendStatus(gateway.stats().draining ? 503 : 200);
});
app.use(gateway);
const server = createServer(app).listen(PORT);

// Only Prometheus should be able to reach this port.
const metricsServer = express().get('/metrics', metrics.handler).listen(METRICS_PORT);

process.once('SIGTERM', async () => {
  await gateway.close({ graceMs: 10_000 });
  for (const ending of [server, metricsServer]) {
    ending.close();
    ending.closeAllConnections();
  }
});
