import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';
import { toolPinning } from 'express-mcp-gateway/pinning';

const gateway = createMcpGateway({
  target: 'https://third-party-mcp-server.example/mcp',
  policies: toolPinning({ lockFile: './mcp-lock.json', onNew: 'deny' }),
  observe: {
    onDecision({ mode, detail }) {
      if (mode === 'report') console.warn(`Please review: ${detail}`);
    },
  },
});

const app = express();
app.use(gateway);
app.listen(3000);

// For those who may approve. Whoever reaches this port can.
const admin = express();

admin.get('/tools', (_req, res) => {
  res.json(gateway.pins());
});

admin.put('/tools/:name/approved/:hash', async (req, res) => {
  const { name, hash } = req.params;
  // Approves what was reviewed: another hash than the one seen last is refused.
  await gateway.approve(name, hash);
  res.sendStatus(204);
});

admin.listen(3001, '127.0.0.1');
