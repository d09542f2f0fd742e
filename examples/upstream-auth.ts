import express from 'express';
import { createMcpGateway, upstreamAuth } from 'express-mcp-gateway';

const app = express();

app.use(
  createMcpGateway({
    target: 'https://third-party-mcp-server.example/mcp',
    publicUrl: 'https://gateway.example/mcp',
    auth: upstreamAuth(),
  }),
);

app.listen(3000);
