import { readFileSync, watchFile } from 'node:fs';
import express from 'express';
import { allowTools, createMcpGateway, type GatewayConfig } from 'express-mcp-gateway';

const {
  MCP_TARGET = 'https://third-party-mcp-server.example/mcp',
  TOOLS_FILE = 'tools.json',
  PORT = 3000,
} = process.env;

function readConfig(): GatewayConfig {
  return {
    target: MCP_TARGET,
    policies: allowTools(...JSON.parse(readFileSync(TOOLS_FILE, 'utf8'))),
    rateLimit: { name: 'calls', limit: 100, window: '1m' },
  };
}

const gateway = createMcpGateway(readConfig());
express().use(gateway).listen(PORT);

watchFile(TOOLS_FILE, { interval: 1000 }, () => {
  try {
    gateway.update(readConfig(), { streams: 'end' });
  } catch (error) {
    console.error('The configuration stays as it was:', error);
  }
});
