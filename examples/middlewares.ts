import { createServer } from 'node:http';
import express from 'express';
import {
  apiKey,
  hardenServer,
  ipFilter,
  mcpOf,
  mcpProxy,
  policy,
  principalOf,
  protectedResourceMetadata,
  requireAuth,
  throttle,
} from 'express-mcp-gateway';

const { AGENT_KEY_SHA256 = '', PORT = 3000 } = process.env;
const publicUrl = 'https://gateway.example/mcp';

const app = express();

app.use(protectedResourceMetadata({ publicUrl, authorizationServers: ['https://login.example'] }));

app.use('/mcp', ipFilter({ deny: ['192.0.2.0/24', '2001:db8::/32'] }));

app.use('/mcp', requireAuth(apiKey({ keys: [{ sha256: AGENT_KEY_SHA256, subject: 'agent' }] })));

app.use('/mcp', throttle({ limit: 100, window: '1m', by: 'user' }));

app.use(
  '/mcp',
  policy({
    name: 'small refunds',
    check: ({ mcp }) => mcp.name !== 'refund' || Number(mcp.arguments?.amount) <= 100,
  }),
);

app.use('/mcp', (req, _res, next) => {
  console.log(principalOf(req)?.subject, mcpOf(req)?.method, mcpOf(req)?.name);
  next();
});

app.use('/mcp', mcpProxy({ target: 'https://third-party-mcp-server.example/mcp' }));

const server = hardenServer(createServer(app), { headersTimeout: '10s' });
server.listen(PORT);
