import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

const app = express();

app.use(
  createMcpGateway({
    target: 'https://third-party-mcp-server.example/mcp',
    legacySse: { path: '/sse', messagePath: '/messages' },
  }),
);

app.listen(3000);
