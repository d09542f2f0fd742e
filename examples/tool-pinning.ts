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

// For people who may approve tools. Everyone who can reach this port can approve.
const admin = express();

admin.get('/tools', (_req, res) => {
  res.json(gateway.pins());
});

admin.put('/tools/:name/approved/:hash', async (req, res) => {
  const { name, hash } = req.params;
  // Approves the reviewed definition: a hash other than that of the definition seen last is refused.
  await gateway.approve(name, hash);
  res.sendStatus(204);
});

admin.listen(3001, '127.0.0.1');
