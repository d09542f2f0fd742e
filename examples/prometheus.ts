import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';
import { prometheus } from 'express-mcp-gateway/prometheus';
import { collectDefaultMetrics } from 'prom-client';

const { MCP_TARGET = 'https://third-party-mcp-server.example/mcp', PORT = 3000 } = process.env;

collectDefaultMetrics();
const metrics = prometheus();

const app = express();
app.use(createMcpGateway({ name: 'tickets', target: MCP_TARGET, observe: metrics }));
app.listen(PORT);

// On a port that only Prometheus can reach.
express().get('/metrics', metrics.handler).listen(9464);
