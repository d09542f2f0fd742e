import express from 'express';
import { apiKey, createMcpGateway, type SessionStore } from 'express-mcp-gateway';
import { createClient } from 'redis';

const {
  ADA_KEY_SHA256 = '',
  BOB_KEY_SHA256 = '',
  MCP_TARGET = 'https://third-party-mcp-server.example/mcp',
  PORT = 3000,
  REDIS_URL = 'redis://localhost:6379',
} = process.env;

const redis = createClient({
  url: REDIS_URL,
  keyPrefix: 'mcp-session:',
  // A command fails at once while there is no connection, and never runs later.
  disableOfflineQueue: true,
  socket: { connectTimeout: 1_000 },
});
// Without a listener, a lost connection would end the process.
redis.on('error', (error) => console.error('Redis:', error));
// Without `await`: the client keeps trying until Redis is there.
void redis.connect();

const store: SessionStore = {
  async get(key, ttlMs) {
    return (await redis.getEx(key, { type: 'PX', value: ttlMs })) ?? undefined;
  },
  peek: async (key) => (await redis.get(key)) ?? undefined,
  async add(key, value, ttlMs) {
    const expiration = { type: 'PX', value: ttlMs } as const;
    return (await redis.set(key, value, { condition: 'NX', GET: true, expiration })) ?? value;
  },
  delete: (key) => redis.del(key),
};

const app = express();

app.use(
  createMcpGateway({
    target: MCP_TARGET,
    auth: apiKey({
      keys: [
        { sha256: ADA_KEY_SHA256, subject: 'ada' },
        { sha256: BOB_KEY_SHA256, subject: 'bob' },
      ],
    }),
    sessions: { store, ttl: '1h' },
  }),
);

app.listen(PORT);
