import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

const a = 'https://a.example/mcp';
const b = 'https://b.example/mcp';

const gateway = createMcpGateway({
  target: [a, b],
  breaker: { failures: 5, openFor: '30s', statuses: [502, 503, 504] },
  health: { path: '/healthz', every: '10s' },
});

const app = express();

app.use(gateway);

app.listen(3000);

// Run this before an update of b: nothing new begins there, and its sessions have a minute to end.
process.on('SIGUSR2', async () => {
  await gateway.drain(b, { graceMs: 60_000 });
  console.log(gateway.targets());
});
