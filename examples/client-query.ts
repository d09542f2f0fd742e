import express from 'express';
import { createMcpGateway } from 'express-mcp-gateway';

const app = express();

app.use(
  createMcpGateway({
    target: 'https://mcp.example/mcp?key=1',
    query: { forward: ['folder', 'readonly'] },
  }),
);

app.listen(3000);
