import { denyTools, type GatewayConfig } from 'express-mcp-gateway';

const config: GatewayConfig = {
  target: 'https://third-party-mcp-server.example/mcp',
  rateLimit: { limit: 100, window: '1m' },
  policies: denyTools('delete_*'),
};

export default config;
