import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';
import { RedisStore } from 'rate-limit-redis';
import { createClient } from 'redis';

const {
  MCP_TARGET = 'https://third-party-mcp-server.example/mcp',
  PORT = 3000,
  REDIS_URL = 'redis://localhost:6379',
} = process.env;

const redis = createClient({
  url: REDIS_URL,
  // A command fails at once while there is no connection, and never runs later.
  disableOfflineQueue: true,
  socket: { connectTimeout: 1_000 },
});
// Without a listener, a lost connection would end the process.
redis.on('error', (error) => console.error('Redis:', error));
// Without `await`: the client keeps trying until Redis is there.
void redis.connect();

// Limits with one window can share a store; one with another window needs its own.
const store = new RedisStore({
  prefix: 'mcp-limit:',
  sendCommand: (...command) => redis.sendCommand(command),
});

const app = express();

app.use(
  createMcpGateway({
    target: MCP_TARGET,
    rateLimit: [
      // While Redis is away, requests pass uncounted.
      { limit: 300, window: '1h', store, onStoreError: 'allow' },
      // While Redis is away, calls of tools are refused, so that none goes uncounted.
      { limit: 30, window: '1h', match: { method: 'tools/call' }, name: 'calls', store },
    ],
  }),
);

app.listen(PORT);
