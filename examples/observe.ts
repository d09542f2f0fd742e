import express from 'express';
import { accessLog, createMcpGateway } from 'express-mcp-gateway';
import { pino } from 'pino';

const refused = new Map<string, number>();

const app = express();

app.use(
  createMcpGateway({
    target: 'https://third-party-mcp-server.example/mcp',
    observe: [
      accessLog(pino()),
      {
        onDecision({ slot, outcome }) {
          if (outcome === 'deny') refused.set(slot, (refused.get(slot) ?? 0) + 1);
        },
      },
    ],
  }),
);

app.listen(3000);
