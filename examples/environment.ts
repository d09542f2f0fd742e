import express from 'express';
import {
  accessLog,
  allowTools,
  createMcpGateway,
  createServer,
  type GatewayConfig,
  jwt,
} from 'express-mcp-gateway';

const {
  ALLOWED_TOOLS,
  ISSUER,
  MCP_TARGET = 'https://third-party-mcp-server.example/mcp',
  PORT = 3000,
  PROXIES = '0',
  PUBLIC_URL = 'https://gateway.example/mcp',
  REQUESTS_PER_MINUTE = '300',
} = process.env;

/** What is not in the environment is off; what is wrong there is told when the gateway is created. */
const config: GatewayConfig = {
  target: MCP_TARGET,
  publicUrl: PUBLIC_URL,
  rateLimit: { limit: Number(REQUESTS_PER_MINUTE), window: '1m' },
  observe: accessLog(console),
  ...(ISSUER !== undefined && { auth: jwt({ issuer: ISSUER, audience: PUBLIC_URL }) }),
  ...(ALLOWED_TOOLS !== undefined && { policies: allowTools(...ALLOWED_TOOLS.split(',')) }),
};

const app = express();
app.set('trust proxy', Number(PROXIES));
app.use(createMcpGateway(config));
createServer(app).listen(PORT);
