import express from 'express';
import { createMcpGateway, hardenServer } from 'express-mcp-gateway';

const app = express();
const gateway = createMcpGateway({ target: 'https://third-party-mcp-server.example/mcp' });
app.use(gateway);
const server = hardenServer(app.listen(3000));

process.once('SIGTERM', async () => {
  server.close();
  await gateway.close({ graceMs: 10_000 });
  server.closeAllConnections();
});
