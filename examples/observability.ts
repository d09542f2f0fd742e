import express from 'express';
import { accessLog, createMcpGateway } from 'express-mcp-gateway';
import { otel } from 'express-mcp-gateway/otel';
import { pino } from 'pino';

// OpenTelemetry has to be there before this file is loaded, as by
// node --import @opentelemetry/auto-instrumentations-node/register gateway.js
const app = express();

app.use(
  createMcpGateway({
    name: 'tickets',
    target: 'https://third-party-mcp-server.example/mcp',
    observe: [otel(), accessLog(pino())],
  }),
);

app.listen(3000);
