/** One of several gateways. What they share is in Redis, so that any of them can serve any request. */
import express from 'express';
import { RedisStore } from 'rate-limit-redis';
import { createClient } from 'redis';
import { createMcpGateway, createServer } from '../../src/index.ts';
import { adminRoutes } from './admin.ts';
import { sessionStore } from './session-store.ts';

const {
  ADMIN_KEY_SHA256 = '',
  HOST = '127.0.0.1',
  MCP_TARGETS = 'http://127.0.0.1:4001/mcp,http://127.0.0.1:4002/mcp,http://127.0.0.1:4003/mcp',
  PORT = 3001,
  REDIS_URL = 'redis://127.0.0.1:6379',
} = process.env;

const redis = createClient({
  url: REDIS_URL,
  // A command fails at once while there is no connection, and never runs later.
  disableOfflineQueue: true,
  socket: { connectTimeout: 1_000 },
});
// Without a listener, a lost connection would end the process.
redis.on('error', (error) => console.error('Redis:', error));
// Without `await`: the client keeps trying until Redis is there, or until it is closed, which is no failure.
redis.connect().catch(() => {});
const sendCommand = <Reply>(...command: string[]) => redis.sendCommand<Reply>(command);

const gateway = createMcpGateway({
  target: MCP_TARGETS.split(','),
  sessions: { store: sessionStore(sendCommand), ttl: '1h' },
  rateLimit: {
    limit: 6_000,
    window: '1m',
    store: new RedisStore({ prefix: 'mcp-limit:', sendCommand }),
  },
  // Shorter than by default, so that you can watch it.
  breaker: { failures: 3, openFor: '2s' },
  health: { path: '/healthz', every: '1s' },
  observe: {
    onTarget: ({ target, state, reason }) => console.log(`${target} is ${state}: ${reason}`),
  },
  onError: ({ reason, cause = '' }) => console.log(`${reason} ${cause}`),
});

const app = express();
// One proxy in front: the addresses that nginx sees are those of the clients.
app.set('trust proxy', 1);
app.use(gateway);

let isReady = true;
app.get('/readyz', (_req, res) => void res.sendStatus(isReady ? 200 : 503));
if (ADMIN_KEY_SHA256 !== '') app.use('/admin', adminRoutes(gateway, ADMIN_KEY_SHA256));

const server = createServer(app).listen(Number(PORT), HOST);

process.once('SIGTERM', async () => {
  isReady = false;
  // No new connections: nginx asks the other gateway.
  server.close();
  // Calls get 10 s to finish; event streams end between two events.
  await gateway.close({ graceMs: 10_000 });
  server.closeAllConnections();
  // Writes about sessions that are still under way get a second.
  void redis.close();
  setTimeout(() => redis.destroy(), 1_000).unref();
});
